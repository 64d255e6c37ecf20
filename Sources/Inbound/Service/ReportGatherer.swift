internal import Delivery
internal import Logging
internal import NIOCore
internal import Synchronization

/// Gathers the events of many connections, so that they share one write to Redis, and tells each when its own are safe.
///
/// A batch goes out a few milliseconds after its first event, or when it is full; several may be on their way at once.
final class ReportGatherer: Sendable {
    /// One message's events and who waits for them.
    private struct Entry {
        var events: [InboundEvent]
        var promise: EventLoopPromise<Void>
    }

    private struct State {
        var waiting: [Entry] = []
        var isFinished = false
        /// Whether the last batch could not be put where it is safe.
        var isFailing = false
    }

    /// How long the first event of a batch waits for others.
    static let gathering = Duration.milliseconds(3)
    /// How many messages a batch has at most.
    static let batchLimit = 250

    private let report: @Sendable ([InboundEvent]) async throws -> Void
    private let logger: Logger
    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    /// - Parameter report: Puts events where they are safe; throws when they may not be.
    init(logger: Logger, report: @escaping @Sendable ([InboundEvent]) async throws -> Void) {
        self.logger = logger
        self.report = report
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes the events of one message; the answer comes when they are safe, or fails when they may not be.
    func add(_ events: [InboundEvent], on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let isTaken = state.withLock { state in
            guard !state.isFinished else { return false }
            state.waiting.append(Entry(events: events, promise: promise))
            return true
        }
        if isTaken { arrived.yield() } else { promise.fail(CancellationError()) }
        return promise.futureResult
    }

    /// Sends batches until ``finish()``; everything that was taken has its answer when it returns.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await _ in arrivals {
                try? await Task.sleep(for: Self.gathering)
                sendWaiting(in: &group)
            }
            sendWaiting(in: &group)
        }
    }

    /// Takes no more; what was taken is still sent.
    func finish() {
        state.withLock { $0.isFinished = true }
        arrived.finish()
    }

    private func sendWaiting(in group: inout DiscardingTaskGroup) {
        let entries = state.withLock { state in
            defer { state.waiting.removeAll(keepingCapacity: true) }
            return state.waiting
        }
        for start in stride(from: 0, to: entries.count, by: Self.batchLimit) {
            let batch = entries[start..<min(start + Self.batchLimit, entries.count)]
            group.addTask { await self.send(batch) }
        }
    }

    private func send(_ batch: ArraySlice<Entry>) async {
        do {
            try await report(batch.flatMap(\.events))
            note(failure: nil)
            for entry in batch { entry.promise.succeed() }
        } catch {
            note(failure: error)
            for entry in batch { entry.promise.fail(error) }
        }
    }

    /// Tells when events cannot be kept any more, and when they can again; not once for each message.
    private func note(failure: (any Error)?) {
        let wasFailing = state.withLock { state in
            defer { state.isFailing = failure != nil }
            return state.isFailing
        }
        if let failure, !wasFailing {
            logger.warning(
                "messages cannot be kept; their senders are told to try again", metadata: ["error": "\(failure)"])
        } else if failure == nil, wasFailing {
            logger.notice("messages are kept again")
        }
    }
}
