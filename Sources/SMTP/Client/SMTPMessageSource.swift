public import Delivery
public import NIOCore

/// Where the connections of a pool get their messages and leave the results; every call comes on the pool's event loop.
public protocol SMTPMessageSource: AnyObject {
    /// Hands out up to `count` messages, in the order in which they shall be sent; fewer or none when there are no more now.
    ///
    /// A connection asks whenever its window has room. When messages come later, call ``SMTPConnectionPool/messagesAvailable()``.
    /// - Parameters:
    ///   - isIdle: Whether nothing else is in flight on this connection; only then may a message go alone.
    ///   - session: The connection that asks.
    func nextMessages(upTo count: Int, isIdle: Bool, on session: SMTPSession) -> [OutgoingMessage]

    /// Whether there are messages that no connection has got yet: only then is another one opened.
    var hasMessages: Bool { get }

    /// Takes the result of a message: called exactly once for every message that was handed out.
    func finished(_ token: UInt64, _ result: DeliveryResult)

    /// Hears that TLS failed with a host, whether or not the attempt goes on without it.
    func tlsFailed(_ type: TLSResultType, with host: SMTPHost)

    /// Hears that no connection can be opened, and when the next one is tried; again after each failed trial.
    func endpointUnavailable(_ failure: SMTPEndpointFailure, retryIn: TimeAmount)

    /// Hears that a connection could be opened after ``endpointUnavailable(_:retryIn:)``.
    func endpointAvailable()
}
