internal import Delivery
internal import JobQueue
internal import Logging

/// Holds this Redis for one coordinator.
struct Leader: Loop {
    static let purpose = "lead"
    static let rest = Duration.seconds(3)

    let queue: JobQueue
    /// Which contact book this coordinator owns.
    let book: String
    let description: String
    let lease: Duration
    let logger: Logger

    /// Takes or renews the lead.
    ///
    /// - Throws: ``CoordinatorError`` naming the coordinator that has this Redis.
    func round() async throws -> Bool {
        if let holder = try await queue.lead(book: book, description: description, lease: lease) {
            throw CoordinatorError(
                .alreadyRunning,
                "this Redis is in use by \(holder); stop that one first (if it was killed, its claim ends within "
                    + "\(lease.shortForm)), or use another Redis or database number")
        }
        return false
    }
}
