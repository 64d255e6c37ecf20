internal import DequeModule
internal import Dispatch
internal import Foundation
public import Logging

/// Answers questions about the DNS with libunbound, which validates DNSSEC itself.
///
/// Nothing blocks: questions wait in libunbound's own thread, and what is asked at the same time is bounded. Answers
/// are kept by libunbound for as long as their TTL says, in bounded memory.
public final class DNSResolver: DNSSource {
    private let questions: Questions
    private let queue: DispatchQueue

    /// Makes a resolver.
    ///
    /// - Throws: ``DNSResolverError`` when the configuration names what is no address, or a file that is none. A trust
    ///   anchor in its usual place may be missing: then nothing is validated, and a warning says so.
    public init(
        configuration: DNSResolverConfiguration = DNSResolverConfiguration(), logger: Logger
    ) throws(DNSResolverError) {
        var configuration = configuration
        if configuration.trustAnchorFile == DNSResolverConfiguration.rootKeyFile,
            !FileManager.default.isReadableFile(atPath: DNSResolverConfiguration.rootKeyFile)
        {
            logger.warning(
                "no trust anchor for DNSSEC, answers are not validated",
                metadata: ["dns.anchor": "\(DNSResolverConfiguration.rootKeyFile)"])
            configuration.trustAnchorFile = nil
        }
        queue = DispatchQueue(label: "postrider.dns")
        questions = Questions(
            context: try UnboundContext(configuration, queue: queue), limit: configuration.concurrency,
            timeout: configuration.timeout)
    }

    /// The answer to a question; after the configured timeout, that there was none.
    public func answer(to question: DNSQuestion) async -> DNSAnswer<[UInt8]> {
        guard let name = DNSName.canonical(question.name) else {
            return DNSAnswer(.noSuchName, ttl: .seconds(3600), canonicalName: question.name)
        }
        let question = DNSQuestion(name, question.type)
        return await withCheckedContinuation { continuation in
            queue.async { self.questions.add(question, continuation) }
        }
    }
}

/// The questions of a resolver that are under way or wait for it; lives on its queue.
private final class Questions: @unchecked Sendable {
    // Unchecked because it is used on the queue only.

    private struct Waiting {
        var question: DNSQuestion
        var continuation: CheckedContinuation<DNSAnswer<[UInt8]>, Never>
    }

    private struct Asked {
        var ticket: UnboundContext.Ticket
        var waiting: Waiting
    }

    private let context: UnboundContext
    private let limit: Int
    private let timeout: Duration
    private var waiting: Deque<Waiting> = []
    private var asked: [UInt64: Asked] = [:]
    /// The numbers of those asked, perhaps answered meanwhile, in the order of their deadlines.
    private var deadlines: Deque<(number: UInt64, deadline: ContinuousClock.Instant)> = []
    private var lastNumber: UInt64 = 0
    private var isSweeping = false

    init(context: UnboundContext, limit: Int, timeout: Duration) {
        self.context = context
        self.limit = max(1, limit)
        self.timeout = timeout
    }

    func add(_ question: DNSQuestion, _ continuation: CheckedContinuation<DNSAnswer<[UInt8]>, Never>) {
        waiting.append(Waiting(question: question, continuation: continuation))
        askNext()
    }

    private func askNext() {
        while asked.count < limit, let next = waiting.popFirst() {
            lastNumber += 1
            let number = lastNumber
            let ticket = context.ask(next.question) { [weak self] answer in self?.finish(number, answer) }
            guard let ticket else {
                next.continuation.resume(
                    returning: DNSAnswer(.failed("lookup failed"), canonicalName: next.question.name))
                continue
            }
            asked[number] = Asked(ticket: ticket, waiting: next)
            deadlines.append((number, .now + timeout))
        }
        scheduleSweep()
    }

    private func finish(_ number: UInt64, _ answer: DNSAnswer<[UInt8]>) {
        asked.removeValue(forKey: number)?.waiting.continuation.resume(returning: answer)
        askNext()
    }

    /// One timer for all: the first deadline is always the next.
    private func scheduleSweep() {
        while let first = deadlines.first, asked[first.number] == nil { deadlines.removeFirst() }
        guard !isSweeping, let first = deadlines.first else { return }
        isSweeping = true
        let pause = max(.milliseconds(1), first.deadline - .now)
        context.queue.asyncAfter(deadline: .now() + pause.seconds) { [weak self] in
            self?.isSweeping = false
            self?.sweep()
        }
    }

    private func sweep() {
        let now = ContinuousClock.now
        while let first = deadlines.first, first.deadline <= now || asked[first.number] == nil {
            deadlines.removeFirst()
            guard let late = asked.removeValue(forKey: first.number) else { continue }
            context.cancel(late.ticket)
            late.waiting.continuation.resume(
                returning: DNSAnswer(
                    .failed("lookup timed out: no answer in time"), canonicalName: late.waiting.question.name))
        }
        askNext()
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
