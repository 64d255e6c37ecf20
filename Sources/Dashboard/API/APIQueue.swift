/// The live picture of the queue: what waits where, and who works.
public struct APIQueue: Hashable, Sendable, Codable {
    /// The jobs of a domain's receiving servers.
    public struct Site: Hashable, Sendable, Codable {
        public var site: String
        public var waiting: Int
    }

    /// A mailing's jobs in Redis.
    public struct Mailing: Hashable, Sendable, Codable {
        public var campaign: String
        public var mailing: String
        /// `running`, `paused`, `cancelled`, or empty when the queue does not know it yet.
        public var state: String
        /// Until when nothing of it may go, ISO 8601: the pace of its sites, its quota or its hours; `nil` when something may go.
        public var restsUntil: String?
        public var waiting: Int
        /// Put aside until their time comes.
        public var due: Int
        public var settled: Int
        /// Held until its owner decides: because it is in doubt, or because its workers died.
        public var inDoubt: Int
        public var dead: Int
        /// That workers leave it to others, and why, for people; `nil` when each of them can send it.
        public var lack: String?
        /// The sites with the most waiting jobs, the busiest first.
        public var sites: [Site]
    }

    /// A worker that the queue knows.
    public struct Worker: Hashable, Sendable, Codable {
        public var id: String
        /// For how many more seconds it counts as alive without a further sign of life; negative when it has gone.
        public var leaseSeconds: Double
        public var inFlight: Int
        /// What it told of itself: where it runs and what it does at this moment.
        public var description: [String: String]
    }

    /// Jobs that come back at one time.
    public struct Due: Hashable, Sendable, Codable {
        /// ISO 8601.
        public var at: String
        public var jobs: Int
    }

    /// The memory of Redis in bytes.
    public struct Memory: Hashable, Sendable, Codable {
        public var used: Int
        public var peak: Int
        /// `nil` when there is no limit.
        public var limit: Int?
    }

    /// The clock of Redis when the picture was taken, ISO 8601.
    public var time: String
    /// Where Redis is, without its password.
    public var redis: String
    public var waiting: Int
    public var inFlight: Int
    public var due: Int
    /// Batches of changes of status that workers have told and the book does not have yet.
    public var unbooked: Int
    /// Jobs that the counts have in flight and the workers have not; anything but 0 is a mistake of the program.
    public var unaccounted: Int
    /// Why the mailings do not go on as they should at this moment, for people.
    public var hold: String?
    public var mailings: [Mailing]
    public var workers: [Worker]
    /// When jobs come back, the soonest first.
    public var dueTimes: [Due]
    public var memory: Memory
}
