internal import Delivery
internal import JobQueue
internal import Logging

/// Holds this Redis for one coordinator.
struct Leader: Sendable {
    private static let rest = Duration.seconds(3)

    let queue: JobQueue
    /// Which contact book this coordinator owns.
    let book: String
    let description: String
    let lease: Duration
    let logger: Logger

    /// Takes or renews the lead.
    ///
    /// - Throws: ``CoordinatorError`` naming the coordinator that has this Redis.
    func take() async throws {
        if let holder = try await queue.lead(book: book, description: description, lease: lease) {
            throw CoordinatorError(
                .alreadyRunning,
                "this Redis is in use by \(holder); use another Redis or database number, or, if that data directory is gone "
                    + "for good, empty this one (FLUSHDB)")
        }
    }

    /// Renews the lead until cancelled.
    ///
    /// - Throws: ``CoordinatorError`` when another book's coordinator has taken this Redis, which was emptied meanwhile:
    ///   two must not feed one Redis.
    func keep() async throws {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.rest)
            do {
                try await take()
            } catch let error as CoordinatorError {
                throw error
            } catch {
                logger.debug("cannot renew the lead", metadata: ["error": "\(error)"])
            }
        }
    }
}
