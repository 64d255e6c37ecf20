public import MailMessage
public import RedisClient

/// How a coordinator runs.
public struct CoordinatorConfiguration: Sendable {
    /// Where the contact book, the token and the embedded Redis live.
    public var dataDirectory: String
    /// The Redis to work with; `nil` starts one in the data directory.
    public var redis: RedisEndpoint?
    /// How a second coordinator on the same Redis hears of this one.
    public var name: String
    /// The most jobs that are kept waiting in Redis, over all mailings.
    public var highWater = 100_000
    /// Into how many shards the queue is cut, fixed for a deployment; `nil` for 16 on a cluster and one elsewhere.
    public var shards: Int?
    /// How long Redis remembers this coordinator's description after it was killed, for another book's that is refused.
    public var leadership: Duration = .seconds(15)
    /// How fast sites may be sent to, by domain, and `*` for all others; what is set while running comes before it.
    public var siteLimits: [String: SiteLimitSetting] = [:]
    /// Where a sender's SPF, DKIM and DMARC records are looked up; `nil` leaves that out of checks.
    public var textRecords: (any TextRecords)?

    /// Finds out which domains share their servers, where workers deliver without a relay; `nil` where they do not.
    public var siteNaming: (any SiteNaming)?

    public init(dataDirectory: String, redis: RedisEndpoint? = nil, name: String) {
        self.dataDirectory = dataDirectory
        self.redis = redis
        self.name = name
    }
}
