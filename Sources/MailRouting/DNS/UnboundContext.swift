internal import CUnbound
internal import Dispatch

/// One context of libunbound with its own background thread; all calls of it happen on one serial queue.
///
/// The owner of a context asks only on ``queue``; there the completions are called, too.
final class UnboundContext: @unchecked Sendable {
    // Unchecked because the pointer and what hangs on it are touched on the queue only.

    /// Called once for each question that is not cancelled.
    typealias Completion = (DNSAnswer<[UInt8]>) -> Void

    /// What a callback of libunbound gets to see.
    private final class Call {
        let question: DNSQuestion
        let completion: Completion

        init(_ question: DNSQuestion, _ completion: @escaping Completion) {
            self.question = question
            self.completion = completion
        }
    }

    /// A question that is under way.
    struct Ticket {
        fileprivate let id: Int32
        fileprivate let call: Unmanaged<AnyObject>
    }

    /// A pointer that travels to the queue on which it is released.
    private struct Handle: @unchecked Sendable {
        let context: OpaquePointer
    }

    let queue: DispatchQueue
    private let handle: Handle
    private var readable: (any DispatchSourceRead)?

    /// Makes a context from settings of unbound.conf.
    init(_ configuration: DNSResolverConfiguration, queue: DispatchQueue) throws(DNSResolverError) {
        guard let context = ub_ctx_create() else { throw DNSResolverError(.outOfMemory, "libunbound gave no context") }
        self.queue = queue
        handle = Handle(context: context)
        ub_ctx_debugout(context, nil)
        do {
            try Self.configure(context, configuration)
        } catch {
            ub_ctx_delete(context)
            throw error
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: ub_fd(context), queue: queue)
        source.setEventHandler { [handle] in ub_process(handle.context) }
        // Deleted only when no event can come any more; it ends the thread.
        source.setCancelHandler { [handle] in ub_ctx_delete(handle.context) }
        source.activate()
        readable = source
    }

    deinit { readable?.cancel() }

    /// Asks a question; call on the queue.
    ///
    /// Answers `nil`, and calls nothing, when it cannot be asked.
    func ask(_ question: DNSQuestion, completion: @escaping Completion) -> Ticket? {
        let call = Unmanaged<AnyObject>.passRetained(Call(question, completion))
        var id: Int32 = 0
        let classIN: Int32 = 1
        let problem = ub_resolve_async(
            handle.context, question.name, Int32(question.type.rawValue), classIN, call.toOpaque(),
            { data, problem, result in UnboundContext.finish(data, problem, result) }, &id)
        guard problem == 0 else {
            call.release()
            return nil
        }
        return Ticket(id: id, call: call)
    }

    /// Gives a question up; call on the queue, before its completion was called.
    ///
    /// It never is after this.
    func cancel(_ ticket: Ticket) {
        ub_cancel(handle.context, ticket.id)
        ticket.call.release()
    }

    private static func finish(
        _ data: UnsafeMutableRawPointer?, _ problem: Int32, _ result: UnsafeMutablePointer<ub_result>?
    ) {
        defer { ub_resolve_free(result) }
        guard let data, let call = Unmanaged<AnyObject>.fromOpaque(data).takeRetainedValue() as? Call else { return }
        guard problem == 0, let result else {
            let why = String(cString: ub_strerror(problem))
            return call.completion(
                DNSAnswer(.failed("lookup failed: \(why)"), canonicalName: call.question.name))
        }
        call.completion(DNSAnswer(result.pointee, to: call.question))
    }
}

extension UnboundContext {
    private static func configure(
        _ context: OpaquePointer, _ configuration: DNSResolverConfiguration
    ) throws(DNSResolverError) {
        func check(_ problem: Int32, _ what: String) throws(DNSResolverError) {
            guard problem == 0 else {
                throw DNSResolverError(.badConfiguration, "\(what): \(String(cString: ub_strerror(problem)))")
            }
        }
        // As a library it is set up for a program that asks now and then: 16 questions on the wire, little memory.
        let ports = String(max(16, min(configuration.concurrency, 1024)))
        let options = [
            "outgoing-range:": ports, "num-queries-per-thread:": "4096", "outgoing-num-tcp:": "32",
            "msg-cache-size:": "16m", "rrset-cache-size:": "32m", "key-cache-size:": "8m", "neg-cache-size:": "4m",
            "infra-cache-numhosts:": "20000",
        ]
        for (name, value) in options { try check(ub_ctx_set_option(context, name, value), name) }
        switch configuration.servers {
        case .recursive: break
        case .system: try check(ub_ctx_resolvconf(context, nil), "/etc/resolv.conf")
        case .forwarders(let addresses):
            for address in addresses { try check(ub_ctx_set_fwd(context, address), "the resolver “\(address)”") }
        case .zones(let zones):
            for (zone, address) in zones {
                try check(ub_ctx_set_stub(context, zone, address, 0), "the server “\(address)” of the zone “\(zone)”")
            }
        }
        if let file = configuration.trustAnchorFile {
            try check(ub_ctx_add_ta_file(context, file), "the trust anchor in \(file)")
        }
        // With a thread, not a process.
        try check(ub_ctx_async(context, 1), "the background thread")
    }
}

extension DNSAnswer<[UInt8]> {
    /// Copies what libunbound has found.
    fileprivate init(_ result: ub_result, to question: DNSQuestion) {
        let status: Status
        switch (result.bogus != 0, result.rcode, result.havedata != 0) {
        case (true, _, _): status = .bogus(result.why_bogus.map { Self.reason(String(cString: $0)) } ?? "bogus")
        case (_, 0, true): status = .found
        case (_, 0, false) where result.nxdomain == 0: status = .noData
        case (_, 0, _), (_, 3, _): status = .noSuchName
        case (_, 2, _): status = .failed("SERVFAIL: lookup failed")
        case (_, 5, _): status = .failed("REFUSED: lookup failed")
        case (_, let code, _): status = .failed("lookup failed with response code \(code)")
        }
        var records: [[UInt8]] = []
        if status == .found, let data = result.data, let lengths = result.len {
            var index = 0
            while let record = data[index] {
                let bytes = UnsafeRawBufferPointer(start: record, count: Int(lengths[index]))
                records.append(Array(bytes))
                index += 1
            }
        }
        let name = result.canonname.flatMap { DNSName.canonical(String(cString: $0)) } ?? question.name
        self.init(
            status, records: records, isSecure: result.secure != 0, ttl: .seconds(max(0, Int(result.ttl))),
            canonicalName: name)
    }

    /// What libunbound says is wrong with signatures, without the names in it: words decide about outcomes, and a name
    /// may be any word.
    private static func reason(_ why: String) -> String {
        var why = why[...]
        if let end = why.firstRange(of: ">: ") { why = why[end.upperBound...] }
        if let from = why.firstRange(of: " from ") { why = why[..<from.lowerBound] }
        if let colon = why.firstRange(of: " for ") { why = why[..<colon.lowerBound] }
        return "DNSSEC validation failure, the answer is bogus: \(why)"
    }
}
