internal import Delivery
internal import JobQueue
internal import NIOCore
internal import Synchronization

/// What a worker knows of its own lease: the one value that its beat and its engine share.
final class Lease: Sendable {
    private struct State {
        var worker: WorkerID
        /// When the last beat began that every shard confirmed.
        var confirmedAt: NIODeadline
        var condition = "starting"
        var lacks: [MailingID: String] = [:]
    }

    private let state: Mutex<State>
    private let trusted: TimeAmount

    /// - Parameter duration: How long Redis keeps the lease. A worker trusts it for 60 % of that time after the last
    ///   confirmed beat, and begins nothing later: only what is in hand by then may meet the same job with another worker.
    init(worker: WorkerID, duration: Duration, now: NIODeadline) {
        state = Mutex(State(worker: worker, confirmedAt: now))
        trusted = .milliseconds(duration.wholeMilliseconds * 6 / 10)
    }

    var worker: WorkerID { state.withLock { $0.worker } }

    /// What the worker says of itself in the queue's status, such as `sending`.
    var condition: String {
        get { state.withLock { $0.condition } }
        set { state.withLock { $0.condition = newValue } }
    }

    /// The mailings that the worker leaves to others, and what it lacks for them.
    var lacks: [MailingID: String] {
        get { state.withLock { $0.lacks } }
        set { state.withLock { $0.lacks = newValue } }
    }

    /// Whether a new message may be begun.
    func isTrusted(at now: NIODeadline) -> Bool {
        state.withLock { $0.confirmedAt + trusted > now }
    }

    func confirm(at now: NIODeadline) {
        state.withLock { $0.confirmedAt = now }
    }

    /// Begins nothing more until a beat is confirmed or a new identity is there.
    func distrust() {
        state.withLock { $0.confirmedAt = .uptimeNanoseconds(0) }
    }

    /// Takes on a new identity after the old lease was lost.
    func renew(as worker: WorkerID, at now: NIODeadline) {
        state.withLock {
            $0.worker = worker
            $0.confirmedAt = now
        }
    }
}
