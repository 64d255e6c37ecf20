public import Delivery

/// The live picture of the queue for people; the contact book, not this, is the truth of statistics.
public struct QueueStatus: Sendable {
    /// A mailing's jobs in Redis.
    public struct Mailing: Sendable {
        public var id: MailingID
        /// What ``state`` is when the shards do not agree: an order that did not reach them all.
        public static let mixed = "mixed"

        /// `running`, `paused`, `cancelled`, ``mixed``, or empty when a shard does not know the mailing.
        public var state: String
        /// The version of its published content; empty when a shard does not know it.
        public var version: String
        public var waiting = 0
        public var due = 0
        public var settled = 0
        /// Jobs that were put into lanes.
        public var fed = 0
        /// Jobs that have left the queue.
        public var closed = 0
        /// Jobs that are held until their owner says whether they were sent.
        public var inDoubt = 0
        /// Jobs that are held because they were in the hands of worker after worker that died.
        public var dead = 0
        /// Its jobs that are waiting or due, shard by shard.
        public var pending: [Int] = []
        /// How far it has been fed, shard by shard.
        public var cursors: [UInt32] = []
        /// When the first shard in which nothing of it may go now is looked at again.
        var earliestRest: UnixTime?
        /// Whether some shard has something of it that may go now.
        var isServable = false
        /// Waiting jobs per site, of the lanes that were looked at, the longest first.
        public var sites: [(site: String, waiting: Int)] = []

        /// How far it has been fed in every shard.
        public var cursor: UInt32 { cursors.min() ?? 0 }
        /// Until when nothing of it may go: the pace of its sites, its quota or its window; `nil` when something may go now.
        public var restsUntil: UnixTime? { isServable ? nil : earliestRest }
        /// Jobs that workers have.
        public var inFlight: Int { fed - waiting - due - closed }
    }

    /// A worker with a lease.
    public struct Worker: Sendable {
        public var id: WorkerID
        /// How long its lease still holds; negative when it has run out and waits for the reaper.
        public var leaseRemaining: Duration
        public var inFlight: Int
        /// What the worker told of itself when it registered, as JSON.
        public var description: String
    }

    /// The clock of Redis when the picture was taken.
    public var time = UnixTime(milliseconds: 0)
    public var mailings: [Mailing]
    public var workers: [Worker] = []
    /// Jobs put aside, by the second at which they are due, soonest first (at most 100 a shard).
    public var due: [(at: UnixTime, jobs: Int)] = []
    /// Entries of the outcome stream that are not in the book yet.
    public var unbookedEntries = 0

    /// Jobs that the counts have in flight and the workers have not, or, below zero, the other way round.
    ///
    /// Anything but zero, when nothing moves, is a mistake of the program. Right only of a picture of all mailings at once.
    public var unaccounted: Int {
        mailings.reduce(0) { $0 + $1.inFlight } - workers.reduce(0) { $0 + $1.inFlight }
    }
}
