public import Delivery

/// The live picture of the queue for people; the contact book, not this, is the truth of statistics.
public struct QueueStatus: Sendable {
    /// A mailing's jobs in Redis.
    public struct Mailing: Sendable {
        public var id: MailingID
        /// `running`, `paused`, `cancelled`, or empty when Redis does not know the mailing.
        public var state: String
        public var waiting: Int
        public var due: Int
        public var settled: Int
        /// How far it has been fed.
        public var cursor: UInt32
        public var laneCount: Int
        /// Waiting jobs per site, of the lanes that were looked at, the longest first.
        public var sites: [(site: String, waiting: Int)]
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
    public var time: UnixTime
    public var mailings: [Mailing]
    public var workers: [Worker]
    /// Jobs put aside, by the second at which they are due, soonest first (at most 100).
    public var due: [(at: UnixTime, jobs: Int)]
    /// Entries of the outcome stream that are not in the book yet.
    public var unbookedEntries: Int
}
