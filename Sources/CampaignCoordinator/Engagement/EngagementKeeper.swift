internal import Contacts
internal import Logging

/// Moves opens and clicks into the contact book, all that came within a fifth of a second in one transaction.
struct EngagementKeeper: Loop {
    static let purpose = "book opens and clicks"
    static let rest = Duration.milliseconds(200)

    let book: ContactBook
    let buffer: EngagementBuffer
    let logger: Logger

    func round() async throws -> Bool {
        let (events, dropped) = buffer.take()
        if dropped > 0 {
            logger.warning("more opens and clicks than can be booked", metadata: ["dropped": "\(dropped)"])
        }
        guard !events.isEmpty else { return false }
        do {
            let passedOver = try await book.book(engagements: events)
            if passedOver > 0 {
                logger.info("opens and clicks of nobody in the book", metadata: ["events": "\(passedOver)"])
            }
        } catch {
            buffer.putBack(events)
            throw error
        }
        // What came meanwhile waits for its time, so that no transaction is for one picture.
        return false
    }
}
