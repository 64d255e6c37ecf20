public import Delivery

/// Why no connection to any host of a destination could be opened: never the outcome of a message by itself.
public struct SMTPEndpointFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose business the failure is; the rows of docs/outcomes.md that a caller may make of it.
    public enum Kind: Int, Hashable, Sendable, Comparable, CaseIterable {
        /// Refused, timed out, reset, garbled or unroutable (C1).
        case unreachable
        /// A 4yz at the connection or EHLO (4b).
        case refusedForNow
        /// Our login is refused, or cannot be tried (L4).
        case login
        /// TLS or the certificate fails where it is required (T2).
        case tls
        /// A 5yz at the connection or EHLO (P1).
        case refused

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// How far it came: `.connect` up to the greeting, then `.ehlo`, `.tls`, `.auth`.
    public var phase: DeliveryPhase
    /// What the server said, if it said anything.
    public var reply: SMTPReply?
    /// What went wrong, in a sentence for the operator.
    public var message: String
    /// What went wrong with TLS, where the other side is to hear of it (RFC 8460).
    public var tlsResult: TLSResultType?
    /// The name of the host that failed.
    public var host: String?
    /// What happened at the other hosts and addresses of the same attempt, in the order of trial.
    public var others: [SMTPEndpointFailure]

    public init(
        phase: DeliveryPhase, reply: SMTPReply? = nil, message: String, host: String? = nil,
        others: [SMTPEndpointFailure] = []
    ) {
        self.phase = phase
        self.reply = reply
        self.message = message
        self.host = host
        self.others = others
    }

    /// Connection, policy or login: decided here and nowhere else.
    public var kind: Kind {
        switch phase {
        case .tls: return .tls
        case .auth: return .login
        default:
            guard let reply else { return .unreachable }
            return reply.code >= 500 ? .refused : .refusedForNow
        }
    }

    /// The one failure that stands for all of an attempt: the last of the worst kind, which names the others.
    static func worst(of failures: [SMTPEndpointFailure]) -> SMTPEndpointFailure? {
        guard let kind = failures.map(\.kind).max(),
            let index = failures.lastIndex(where: { $0.kind == kind })
        else { return nil }
        var worst = failures[index]
        worst.others = failures
        worst.others.remove(at: index)
        return worst
    }

    public var description: String {
        let text = reply.map { "\(message): \($0)" } ?? message
        return host.map { "\($0): \(text)" } ?? text
    }
}
