public import NIOCore

/// Time limits and manners of one connection.
public struct RedisConfiguration: Sendable {
    /// From the first packet until Redis has accepted the login and has its data loaded.
    public var connectTimeout: TimeAmount = .seconds(5)
    /// From handing over a command until its reply; also how long a command waits for a connection that is down.
    public var commandTimeout: TimeAmount = .seconds(5)
    /// The pause before the first attempt to reconnect; it doubles with each failure, and a random part of up to half is
    /// taken off, so that many workers do not come back at the same instant.
    public var minimumBackOff: TimeAmount = .milliseconds(50)
    public var maximumBackOff: TimeAmount = .seconds(2)
    /// How long nothing at all may arrive while replies are owed before the connection counts as dead.
    public var silenceLimit: TimeAmount = .seconds(15)
    /// How often a server that is still loading its data is asked again.
    public var loadingPollInterval: TimeAmount = .milliseconds(50)
    /// The name shown in Redis' `CLIENT LIST`; no spaces.
    public var clientName: String?
    /// Whether the server must be a primary: asked when connecting, where sentinels may move that role.
    var requiresPrimary = false

    public init() {}
}
