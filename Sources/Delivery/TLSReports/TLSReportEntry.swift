/// How TLS went with one domain under one kind of policy: a member of `policies` in a report (RFC 8460 §4.4).
public struct TLSReportEntry: Sendable, Hashable {
    /// What went wrong, and where.
    public struct Failure: Sendable, Hashable {
        public var type: TLSResultType
        /// The name of the server; `nil` where it did not come to a connection.
        public var host: String?

        public init(_ type: TLSResultType, host: String? = nil) {
            self.type = type
            self.host = host
        }
    }

    /// The name under which domains are counted once there are too many.
    public static let others = "*"

    /// The policy domain: that of the recipients; the server's own name where its TLSA records are the policy.
    public var domain: String
    public var policy: TLSPolicyType
    public var successes: Int
    public var failures: [Failure: Int]

    public init(domain: String, policy: TLSPolicyType, successes: Int = 0, failures: [Failure: Int] = [:]) {
        self.domain = domain
        self.policy = policy
        self.successes = successes
        self.failures = failures
    }

    /// All failures together.
    public var failureCount: Int { failures.values.reduce(0, +) }

    /// Adds what was counted elsewhere.
    public mutating func add(_ other: Self) {
        successes += other.successes
        failures.merge(other.failures, uniquingKeysWith: +)
    }
}
