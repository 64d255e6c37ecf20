internal import Synchronization

/// Why feeding is held back at the moment, if it is: set by the feeder, shown to people.
final class FeedingHold: Sendable {
    private let reason = Mutex<String?>(nil)

    func set(_ reason: String?) {
        self.reason.withLock { $0 = reason }
    }

    var current: String? { reason.withLock { $0 } }
}
