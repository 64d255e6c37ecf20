/// Where in a delivery something was said or went wrong; the raw value is the word used on the command line and in reports.
public enum DeliveryPhase: String, CaseIterable, Sendable, Hashable {
    case local, dns, connect, tls, ehlo, auth, mail, rcpt, data, dot, dsn, complaint, web

    /// The code used in stored histories and in the outcome stream; never renumbered.
    public var code: UInt8 {
        switch self {
        case .local: 0
        case .dns: 1
        case .connect: 2
        case .tls: 3
        case .ehlo: 4
        case .auth: 5
        case .mail: 6
        case .rcpt: 7
        case .data: 8
        case .dot: 9
        case .dsn: 10
        case .complaint: 11
        case .web: 12
        }
    }

    /// Whether it is after the message was handed over: what comes back then is no attempt.
    public var isAfterwards: Bool {
        switch self {
        case .dsn, .complaint, .web: true
        case .local, .dns, .connect, .tls, .ehlo, .auth, .mail, .rcpt, .data, .dot: false
        }
    }

    /// The phase with this stored code, if there is one.
    public init?(code: UInt8) {
        guard let phase = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = phase
    }
}
