/// Something that answers questions about the DNS: a ``DNSResolver``, or what a test puts in its place.
public protocol DNSSource: Sendable {
    /// The answer to a question, its records as they are on the wire; waits, but for a bounded time only.
    func answer(to question: DNSQuestion) async -> DNSAnswer<[UInt8]>
}

extension DNSSource {
    /// The hosts that take a domain's mail, in no particular order.
    public func mx(_ name: String) async -> DNSAnswer<MXRecord> {
        await answer(to: DNSQuestion(name, .mx)).reading(RecordData.mx)
    }

    /// The texts of a name, the pieces of each put together.
    public func txt(_ name: String) async -> DNSAnswer<String> {
        await answer(to: DNSQuestion(name, .txt)).reading(RecordData.text)
    }

    /// The certificates that a service vouches for; the name has port and protocol (`_25._tcp.mx.example.org`).
    public func tlsa(_ name: String) async -> DNSAnswer<TLSARecord> {
        await answer(to: DNSQuestion(name, .tlsa)).reading(RecordData.tlsa)
    }

    /// The addresses of a name as text, those of one family.
    public func addresses(_ name: String, ofType type: DNSRecordType) async -> DNSAnswer<String> {
        await answer(to: DNSQuestion(name, type)).reading(RecordData.address)
    }

    /// The addresses of a name as text, IPv4 before IPv6.
    public func addresses(_ name: String) async -> DNSAnswer<String> {
        async let four = addresses(name, ofType: .a)
        async let six = addresses(name, ofType: .aaaa)
        return await DNSAnswer<String>(four, six)
    }
}

extension DNSAnswer<String> {
    /// The answer about both families of addresses: as good as the better of two, and as secure as the worse.
    init(_ first: DNSAnswer<String>, _ second: DNSAnswer<String>) {
        let records = first.records + second.records
        let answers = [first, second]
        let status: Status
        if let bogus = answers.first(where: \.isBogus) {
            // A forger who spoils one family must not get to choose the other.
            status = bogus.status
        } else if !records.isEmpty {
            status = .found
        } else if let failed = answers.first(where: { !$0.isConclusive }) {
            status = failed.status
        } else {
            status = answers.allSatisfy { $0.status == .noSuchName } ? .noSuchName : .noData
        }
        // An answer that did not come says nothing about security: else suppressing one family would switch DANE off.
        let known = answers.filter(\.isConclusive)
        self.init(
            status, records: status == .found ? records : [], isSecure: !known.isEmpty && known.allSatisfy(\.isSecure),
            ttl: min(first.ttl, second.ttl),
            canonicalName: first.records.isEmpty ? second.canonicalName : first.canonicalName)
    }
}
