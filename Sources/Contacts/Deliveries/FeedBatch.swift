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

    /// One job that is held until its owner decides, and why.
    public struct Held: Hashable, Sendable {
        public var entry: Entry
        public var kind: HoldKind

        public init(entry: Entry, kind: HoldKind) {
            self.entry = entry
            self.kind = kind
        }
    }

    public var mailing: MailingID
    /// The first ordinal of the run.
    public var firstOrdinal: UInt32
    /// The ordinal after the run: where the next batch begins.
    public var nextOrdinal: UInt32
    /// The deliveries of the run that are still to be done, by ordinal.
    public var jobs: [Entry] = []
    /// The deliveries of the run that must not be sent until their owner decides, by ordinal.
    public var held: [Held] = []
    /// Whether the run is shorter because no licence is left.
    public var licencesExhausted = false
    /// Contacts of the run that were suppressed since the audience was laid down; they got their outcome here.
    public var suppressed = 0

    init(mailing: MailingID, firstOrdinal: UInt32) {
        self.mailing = mailing
        self.firstOrdinal = firstOrdinal
        nextOrdinal = firstOrdinal
    }
}
