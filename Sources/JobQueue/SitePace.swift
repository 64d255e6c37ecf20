/// How fast a site may be sent to, over all workers and mailings.
public struct SiteLimit: Hashable, Sendable, Codable {
    /// Messages per interval; any number when `nil`.
    public var rate: Rate?
    /// How many messages may go at once after a quiet time; one when `nil`.
    public var burst: Int?
    /// The most messages that may be under way at the same time; any number when `nil`.
    public var connections: Int?

    /// A number of messages in a time.
    public struct Rate: Hashable, Sendable, Codable {
        public var messages: Int
        public var seconds: Int

        public init(messages: Int, seconds: Int) {
            self.messages = messages
            self.seconds = seconds
        }
    }

    public init(rate: Rate? = nil, burst: Int? = nil, connections: Int? = nil) {
        self.rate = rate
        self.burst = burst
        self.connections = connections
    }

    /// As pace.lua reads it, and after that the rate as it was given.
    var stored: String {
        let interval = rate.map { Double($0.seconds) * 1000 / Double($0.messages) } ?? 0
        return "\(interval) \(burst ?? 1) \(connections ?? 0) \(rate?.messages ?? 0) \(rate?.seconds ?? 0)"
    }

    init?(stored: String) {
        let parts = stored.split(separator: " ")
        guard parts.count == 5, let burst = Int(parts[1]), let connections = Int(parts[2]),
            let messages = Int(parts[3]),
            let seconds = Int(parts[4])
        else { return nil }
        self.init(
            rate: messages > 0 ? Rate(messages: messages, seconds: seconds) : nil, burst: burst > 1 ? burst : nil,
            connections: connections > 0 ? connections : nil)
    }
}

/// A site's limit, and what has come of it so far.
public struct SitePace: Sendable, Hashable {
    public var site: String
    /// The limit that holds; `nil` when there is none.
    public var limit: SiteLimit?
    /// Whether the limit is the site's own, not the one of all sites.
    public var limitIsOwn: Bool
    /// The share of its rate that it gets at present: below 1 after it asked for less.
    public var factor: Double
    /// Milliseconds per message at present; 0 when there is no rate.
    public var interval: Double
    /// Whether it refuses us, and is only tried with single messages.
    public var isBlocked: Bool
    /// Messages under way, counted where connections are limited.
    public var underWay: Int
    /// How long nothing goes there; zero when something may go now.
    public var pause: Duration
}

/// Why a site is slowed down.
public enum SiteTrouble: String, Sendable, Hashable {
    /// It asked for less mail.
    case slow
    /// It refuses mail from us.
    case blocked
}
