import Delivery
import GRDB

/// Something that came back and for which no delivery was found.
public struct UnmatchedEvent: Codable, Hashable, Sendable {
    /// Its place among them; later ones have greater numbers.
    public var number: Int64
    /// When it was taken in, ISO 8601.
    public var time: String
    /// The way it came, as in `InboundEvent.Source`.
    public var source: String
    /// Why no delivery was found: `unknown_delivery`, `nobody`, `several`.
    public var cause: String
    /// The delivery that its token names, `mailing:ordinal`, which this book has not.
    public var delivery: String?
    /// The Message-ID of the message that came back.
    public var messageID: String?
    /// The recipient that it names.
    public var recipient: String?
    /// The name of the outcome that it would have had; `nil` when it would have changed no status.
    public var outcome: String?
    public var reason: String
    public var rule: String
    /// The first words of the server or the report.
    public var reply: String
    /// Whether its recipient was suppressed nevertheless: a complaint or an opt-out.
    public var isSuppressed: Bool
}

extension UnmatchedEvent {
    /// Characters of a reply that are kept.
    private static let longestReply = 1000

    static let columns =
        "id, at, source, cause, delivery, message_id, recipient, outcome, reason, rule, reply, suppressed"

    init(row: Row) {
        number = row[0]
        time = UnixTime(milliseconds: row[1]).iso8601
        source = row[2]
        cause = row[3]
        delivery = row[4]
        messageID = row[5]
        recipient = row[6]
        outcome = (row[7] as UInt8?).flatMap(Outcome.init(rawValue:))?.name
        reason = row[8]
        rule = row[9]
        reply = row[10]
        isSuppressed = row[11]
    }

    /// Writes an event down for which no delivery was found.
    static func note(
        _ event: InboundEvent, _ cause: DeliveryFinder.Cause, isSuppressed: Bool, _ db: Database, at now: UnixTime
    ) throws {
        var delivery: String?
        var clues = InboundClues()
        switch event.subject {
        case .delivery(let job): delivery = job.description
        case .clues(let known): clues = known
        }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO inbound_unmatched
                    (at, source, cause, delivery, message_id, recipient, outcome, reason, rule, reply, suppressed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            now.milliseconds, event.source.rawValue, cause.rawValue, delivery, clues.messageID,
            clues.originalRecipient ?? clues.recipient, event.classification.outcome?.rawValue,
            event.classification.reason.rawValue, event.classification.rule,
            String(event.reply.prefix(longestReply)), isSuppressed,
        ])
    }
}
