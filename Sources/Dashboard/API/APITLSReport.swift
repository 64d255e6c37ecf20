public import Delivery

/// How TLS went on one day, laid out as a report of RFC 8460 §4.4; its names are those of the RFC.
public struct APITLSReport: Hashable, Sendable, Codable {
    /// The day.
    public struct DateRange: Hashable, Sendable, Codable {
        public var start: String
        public var end: String

        enum CodingKeys: String, CodingKey {
            case start = "start-datetime"
            case end = "end-datetime"
        }
    }

    /// One domain under one kind of policy.
    public struct Policy: Hashable, Sendable, Codable {
        public struct Name: Hashable, Sendable, Codable {
            public var type: TLSPolicyType
            public var domain: String

            enum CodingKeys: String, CodingKey {
                case type = "policy-type"
                case domain = "policy-domain"
            }
        }

        public struct Summary: Hashable, Sendable, Codable {
            public var successes: Int
            public var failures: Int

            enum CodingKeys: String, CodingKey {
                case successes = "total-successful-session-count"
                case failures = "total-failure-session-count"
            }
        }

        public struct Failure: Hashable, Sendable, Codable {
            public var type: TLSResultType
            public var host: String?
            public var sessions: Int

            enum CodingKeys: String, CodingKey {
                case type = "result-type"
                case host = "receiving-mx-hostname"
                case sessions = "failed-session-count"
            }
        }

        public var policy: Name
        public var summary: Summary
        public var failures: [Failure]

        enum CodingKeys: String, CodingKey {
            case policy, summary
            case failures = "failure-details"
        }

        init(_ entry: TLSReportEntry) {
            policy = Name(type: entry.policy, domain: entry.domain)
            summary = Summary(successes: entry.successes, failures: entry.failureCount)
            failures = entry.failures.map { Failure(type: $0.type, host: $0.host, sessions: $1) }
                .sorted { ($0.type.rawValue, $0.host ?? "") < ($1.type.rawValue, $1.host ?? "") }
        }
    }

    public var organization: String
    public var dateRange: DateRange
    public var contact: String
    public var id: String
    public var policies: [Policy]

    enum CodingKeys: String, CodingKey {
        case organization = "organization-name"
        case dateRange = "date-range"
        case contact = "contact-info"
        case id = "report-id"
        case policies
    }

    /// - Parameter host: The name of the machine that reports, until somebody names an organization.
    init(_ day: UTCDay, _ entries: [TLSReportEntry], host: String) {
        organization = host
        contact = "postmaster@\(host)"
        dateRange = DateRange(start: "\(day)T00:00:00Z", end: "\(day)T23:59:59Z")
        id = "\(day).\(host)"
        policies = entries.map(Policy.init)
    }
}
