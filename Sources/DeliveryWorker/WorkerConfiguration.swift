internal import Delivery
public import RedisClient
public import SMTP

/// How a worker runs.
public struct WorkerConfiguration: Sendable {
    public var redis: RedisEndpoint
    public var routes: DeliveryRoutes
    public var smtp: SMTPClientOptions
    /// Shown by the queue's status; two workers may share a name, each lease has its own epoch.
    public var name: String
    /// How long the queue waits for a sign of life before it gives this worker's jobs to others.
    public var lease: Duration = .seconds(15)
    /// How often the lease is renewed.
    public var beat: Duration = .seconds(3)
    /// How long a site that asks for less mail is left alone at first; twice as long each time, up to ``longestPause``.
    public var backOff: Duration = .seconds(10)
    /// How long a site that refuses our mail is left alone before one message tries it; twice as long each time, up to ``longestPause``.
    public var probeInterval: Duration = .seconds(300)
    /// The longest that a site is left alone.
    public var longestPause: Duration = .seconds(4 * 3600)
    /// What messages are signed with, and what makes their tokens.
    public var keys = WorkerKeys()
    /// How long a stop waits for what is in hand.
    public var grace: Duration = .seconds(20)

    public init(redis: RedisEndpoint, routes: DeliveryRoutes, smtp: SMTPClientOptions, name: String) {
        self.redis = redis
        self.routes = routes
        self.smtp = smtp
        self.name = name
    }
}
