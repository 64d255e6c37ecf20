public import Delivery

/// A run of deliveries to be given to the queue.
public struct FeedBatch: Hashable, Sendable {
    /// One job and the lane that it belongs into.
    public struct Entry: Hashable, Sendable {
        public var job: DeliveryJob
        /// The recipient's domain in ASCII.
        public var lane: String

        public init(job: DeliveryJob, lane: String) {
            self.job = job
            self.lane = lane
        }
    }

    public var mailing: MailingID
    /// The first ordinal of the run.
    public var firstOrdinal: UInt32
    /// The ordinal after the run: where the next batch begins.
    public var nextOrdinal: UInt32
    /// The deliveries of the run that are still to be done, by ordinal.
    public var jobs: [Entry] = []
    /// Whether the run is shorter because no licence is left.
    public var licencesExhausted = false
    /// Whether the run reaches the end of the audience.
    public var isLast = false
    /// Contacts of the run that were suppressed since the audience was laid down; they got their outcome here.
    public var suppressed = 0
    /// Whether the mailing came to its end here: nothing of it was or is open.
    public var isFinished = false

    init(mailing: MailingID, firstOrdinal: UInt32) {
        self.mailing = mailing
        self.firstOrdinal = firstOrdinal
        nextOrdinal = firstOrdinal
    }
}
