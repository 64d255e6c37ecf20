/// What went wrong between this process and Redis, in words an operator can act on.
///
/// `description` never shows a password.
public struct RedisError: Error, CustomStringConvertible {
    /// The kinds of trouble a caller may want to tell apart.
    public enum Code: Sendable, Hashable {
        /// The address could not be understood.
        case invalidEndpoint
        /// The command cannot be sent at all: it is empty or larger than Redis accepts.
        case invalidCommand
        /// Somebody is at that address, but nobody listens on the port or socket.
        case refused
        /// There is no such socket file.
        case noSuchSocket
        /// The host name does not resolve.
        case hostNotFound
        /// The address cannot be reached, or may not be opened by this user.
        case unreachable
        /// The connection was not ready for use within the connect time limit.
        case connectTimedOut
        /// The connection could not be secured: a certificate is not trusted, or a file cannot be read.
        case tlsFailed
        /// The sentinels watch no primary of the name asked for.
        case noPrimary
        /// The server is a replica where a primary is needed.
        case isReplica
        /// Redis wants a user or password other than the one given.
        case authenticationFailed
        /// Redis does not have the database number asked for.
        case noSuchDatabase
        /// Redis was still loading its data when the connect time limit passed.
        case loading
        /// The command waited for a connection until its time limit and was never sent.
        case notConnected
        /// The connection broke after the command was sent: whether it ran is unknown.
        case connectionLost
        /// No reply within the time limit: the command may have run, or may run yet.
        case timedOut
        /// The connection was closed by its owner.
        case closed
        /// The other side does not speak the Redis protocol.
        case protocolViolation
        /// Redis answered with an error; the associated value is its first word: `NOSCRIPT`, `READONLY`, `ERR`….
        case server(String)
    }

    public var code: Code
    public var message: String
    public var underlyingError: (any Error)?

    public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlyingError = underlyingError
    }

    public var description: String { message }
}

extension RedisError {
    /// The error that a top-level error reply becomes.
    init(_ reply: RedisErrorReply) {
        self.init(.server(reply.code), "Redis answers: \(reply.text)", underlyingError: reply)
    }
}
