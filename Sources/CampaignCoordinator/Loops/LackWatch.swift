internal import Delivery
internal import JobQueue
internal import Logging
internal import Synchronization

/// Watches which mailings wait because no worker has what they need, such as the key that signs them.
struct LackWatch: Loop {
    static let purpose = "see what workers lack"
    static let rest = Duration.seconds(2)

    let queue: JobQueue
    let lacks: KnownLacks
    let logger: Logger

    func round() async throws -> Bool {
        let status = try await queue.status(of: [], laneLimit: 0)
        lacks.note(status)
        return false
    }
}

/// What workers lacked when somebody last looked; for people.
final class KnownLacks: Sendable {
    private let status = Mutex<QueueStatus?>(nil)

    func note(_ status: QueueStatus) {
        self.status.withLock { $0 = status }
    }

    /// What nobody has that could send a mailing; `nil` when somebody can, or there is nobody.
    func reason(for mailing: MailingID) -> String? {
        let lack = status.withLock { $0?.lack(for: mailing) }
        return lack.flatMap { $0.concernsAll ? $0.reason : nil }
    }
}
