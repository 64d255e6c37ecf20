/// What the DNS says to one question.
///
/// That nothing was found out is an answer too, and no error.
public struct DNSAnswer<Record: Sendable & Hashable>: Sendable, Hashable {
    /// How the question was answered.
    public enum Status: Sendable, Hashable {
        /// There are records.
        case found
        /// The name exists, but has no record of this type.
        case noData
        /// The name does not exist (NXDOMAIN).
        case noSuchName
        /// No credible answer: SERVFAIL, REFUSED, no reply in time; says why.
        case failed(String)
        /// The answer contradicts its signatures (RFC 4035 §4.3), and must not be believed; says why.
        case bogus(String)
    }

    public var status: Status
    /// In the order of the answer; empty unless the status is `found`.
    public var records: [Record]
    /// Whether the answer, or the proof that there is none, is signed without a gap from the trust anchor down.
    public var isSecure: Bool
    /// How long it may be kept.
    public var ttl: Duration
    /// The name that has the records, once aliases (CNAME) are followed; in lower case, without a dot at its end.
    public var canonicalName: String

    public init(
        _ status: Status, records: [Record] = [], isSecure: Bool = false, ttl: Duration = .zero, canonicalName: String
    ) {
        self.status = status
        self.records = records
        self.isSecure = isSecure
        self.ttl = ttl
        self.canonicalName = canonicalName
    }

    /// Whether the DNS has said, credibly, what there is or that there is nothing.
    public var isConclusive: Bool { failure == nil }

    /// Why nothing is known; `nil` when the answer is conclusive.
    public var failure: String? {
        switch status {
        case .found, .noData, .noSuchName: nil
        case .failed(let why), .bogus(let why): why
        }
    }

    public var isBogus: Bool {
        if case .bogus = status { true } else { false }
    }
}

extension DNSAnswer {
    /// The same answer with its records read; what cannot be read is left out, as if it were not there.
    func reading<Other>(_ read: (Record) -> Other?) -> DNSAnswer<Other> {
        let status: DNSAnswer<Other>.Status
        let readable = records.compactMap(read)
        switch self.status {
        case .found: status = readable.isEmpty ? .noData : .found
        case .noData: status = .noData
        case .noSuchName: status = .noSuchName
        case .failed(let why): status = .failed(why)
        case .bogus(let why): status = .bogus(why)
        }
        return DNSAnswer<Other>(
            status, records: readable, isSecure: isSecure, ttl: ttl, canonicalName: canonicalName)
    }
}
