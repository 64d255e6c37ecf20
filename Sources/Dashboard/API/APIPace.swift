public import CampaignCoordinator

/// How fast sites are sent to.
public struct APIPace: Hashable, Sendable, Codable {
    /// A limit, and where it comes from.
    public struct Limit: Hashable, Sendable, Codable {
        /// Messages in a time, such as `100/1m`.
        public var rate: String?
        public var burst: Int?
        public var connections: Int?
        public var source: SiteLimitSource

        init(_ setting: SiteLimitSetting, _ source: SiteLimitSource) {
            rate = setting.rate
            burst = setting.burst
            connections = setting.connections
            self.source = source
        }
    }

    /// One site.
    public struct Site: Hashable, Sendable, Codable {
        public var site: String
        /// The limit that holds, if there is one.
        public var limit: Limit?
        /// The most messages a second that it gets at present; `nil` for any number.
        public var perSecond: Double?
        /// The share of its rate that it gets at present: below 1 after it asked for less.
        public var factor: Double
        /// Whether it refuses us, and is only tried with single messages.
        public var isBlocked: Bool
        /// Messages under way, counted where connections are limited.
        public var underWay: Int
        /// For how many more seconds nothing goes there.
        public var pauseSeconds: Double
    }

    /// The limit of all sites that have none of their own.
    public var standard: Limit?
    /// By name.
    public var sites: [Site]

    enum CodingKeys: String, CodingKey {
        case standard = "default"
        case sites
    }
}

/// The parts of a site's limit that are to be set.
public struct APIPaceOrder: Hashable, Sendable, Codable {
    /// The domain of recipients, or `*` for all without a limit of their own.
    public var site: String
    public var rate: String?
    public var burst: Int?
    public var connections: Int?

    public init(site: String, rate: String? = nil, burst: Int? = nil, connections: Int? = nil) {
        self.site = site
        self.rate = rate
        self.burst = burst
        self.connections = connections
    }
}

/// The site whose limit is taken back.
public struct APIPaceRemoval: Hashable, Sendable, Codable {
    public var site: String

    public init(site: String) {
        self.site = site
    }
}

/// The limit that a site has of its own after a change.
public struct APIPaceChange: Hashable, Sendable, Codable {
    public var site: String
    public var limit: APIPace.Limit?
}
