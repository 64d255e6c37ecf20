public import Delivery

/// Something that a contact did with its message.
public struct EngagementEvent: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The picture in the message was fetched.
        case opened
        /// A link was followed.
        case clicked
        /// The survey was begun.
        case started
        /// The survey was answered to its end.
        case completed
    }

    public var kind: Kind
    public var job: DeliveryJob.ID
    public var time: UnixTime

    public init(_ kind: Kind, job: DeliveryJob.ID, at time: UnixTime) {
        self.kind = kind
        self.job = job
        self.time = time
    }
}

/// What became of interviews that were reported.
public struct InterviewReport: Codable, Hashable, Sendable {
    /// Those that were news.
    public var booked = 0
    /// Those that were known.
    public var repeated = 0
    /// The places, from 0, of those that no delivery was found for; with one of them nothing is booked.
    public var unknown: [Int] = []

    public init() {}
}
