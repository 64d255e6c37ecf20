/// What a connection reports to its owner, on its event loop.
public enum RedisConnectionState: Sendable {
    /// Logged in and ready: commands flow.
    case connected
    /// The connection broke; it reconnects by itself, and new commands wait for that.
    case disconnected(RedisError)
    /// Closed by its owner, for good.
    case closed
}
