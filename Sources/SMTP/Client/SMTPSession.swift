public import Delivery

/// A connection that is open for messages, as whoever fills it knows it.
public final class SMTPSession {
    /// How TLS went on it.
    public enum TLS: Hashable, Sendable {
        case secured
        /// It goes in clear, for this reason.
        case failed(TLSResultType)
        /// Nobody wanted TLS, or a connection that failed before this one was counted in its place.
        case uncounted
    }

    /// The host at the other end, with what is demanded of it.
    public let host: SMTPHost?
    public let tls: TLS
    /// For whom the owner of the messages has counted it.
    public var countedFor: Set<String> = []

    /// A session that nothing is known of.
    init() {
        host = nil
        tls = .uncounted
    }

    init(_ trial: SMTPTrials.Trial, isSecured: Bool) {
        host = trial.host
        if trial.isSecond || trial.host.security == .none {
            tls = .uncounted
        } else {
            tls = isSecured ? .secured : .failed(.startTLSNotSupported)
        }
    }
}
