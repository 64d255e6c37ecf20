/// What came back about a message after it was handed over: a bounce message, a complaint, somebody who leaves the list.
///
/// Whoever hears of it says who it is about as exactly as it is known; the contact book finds the delivery and books the event, each
/// ``id`` once.
public struct InboundEvent: Hashable, Sendable {
    /// The way it came.
    public enum Source: String, Hashable, Sendable, CaseIterable, Codable {
        /// A delivery report or bounce message.
        case bounce
        /// A feedback report.
        case complaint
        /// A link, a page, or mail to the address for it, by which a contact leaves the list.
        case unsubscribe
        /// A provider that reports by HTTP.
        case webhook
        /// An answering machine: counted, and nothing else.
        case automaticReply
    }

    /// Who it is about.
    public enum Subject: Hashable, Sendable {
        /// The delivery whose token we found.
        case delivery(DeliveryJob.ID)
        /// What else is known, in the order in which it is believed.
        case clues(InboundClues)
    }

    public var id: InboundEventID
    public var source: Source
    public var subject: Subject
    public var time: UnixTime
    /// What it means; an outcome of `nil` is a line in the history and changes no status.
    public var classification: Classification
    public var phase: DeliveryPhase
    /// The words of the server or the report, as they are kept in the history: the first of them, where there are very many.
    public var reply: String

    /// Characters of a reply that are kept.
    private static let longestReply = 2000

    public init(
        id: InboundEventID, source: Source, subject: Subject, time: UnixTime, classification: Classification,
        phase: DeliveryPhase, reply: String
    ) {
        self.id = id
        self.source = source
        self.subject = subject
        self.time = time
        self.classification = classification
        self.phase = phase
        self.reply = reply.utf8.count > Self.longestReply ? String(reply.prefix(Self.longestReply)) : reply
    }
}
