internal import Delivery
internal import Foundation
internal import JobQueue
internal import Logging
internal import MailRouting
internal import NIOCore
internal import RedisClient

/// Renews a worker's lease from an event loop and a connection of its own, which busy work cannot starve.
struct LeaseKeeper: Sendable {
    let queue: JobQueue
    let configuration: WorkerConfiguration
    let tlsReports: TLSReportCounters
    let logger: Logger

    /// Registers the worker and gives it its first lease, in every shard under one identity.
    func register() async throws -> WorkerID {
        let description = description(condition: "starting")
        let lease = configuration.lease
        let worker = try await queue.shards[0].register(configuration.name, lease: lease, description: description)
            .get()
        for shard in queue.shards.dropFirst() {
            _ = try await shard.register(worker.rawValue, lease: lease, description: description).get()
        }
        return worker
    }

    /// Renews the lease in every shard at once; answers whether it holds in all of them.
    private func beat(_ worker: WorkerID, description: String) async throws -> Bool {
        let beats = queue.shards.map { $0.beat(worker, lease: configuration.lease, description: description) }
        return try await EventLoopFuture.whenAllSucceed(beats, on: queue.redis.eventLoop).get().allSatisfy { $0 }
    }

    /// Beats until it is cancelled.
    ///
    /// When the lease is lost, registers anew and calls `lost` with the new identity and the time from
    /// which it holds: the engine must empty its hands of the old one's jobs before it takes it on.
    func run(_ lease: Lease, lost: @Sendable (WorkerID, NIODeadline) -> Void) async throws {
        while !Task.isCancelled {
            try await Task.sleep(for: configuration.beat)
            let sentAt = NIODeadline.now()
            _ = tellTLSCounts()
            do {
                let words = description(condition: lease.condition, lacks: lease.lacks)
                if try await beat(lease.worker, description: words) {
                    lease.confirm(at: sentAt)
                } else {
                    let worker = try await register()
                    logger.warning(
                        "lease lost; registered anew",
                        metadata: ["worker.old": "\(lease.worker)", "worker.id": "\(worker)"])
                    lost(worker, sentAt)
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("cannot renew the lease", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Adds what was counted of TLS to the counts of all workers: on the way of a beat, which does not wait for it.
    ///
    /// What may not have been told is told again with the next one, so that a Redis that goes away makes some count twice.
    func tellTLSCounts() -> EventLoopFuture<Void> {
        let counted = tlsReports.drain()
        guard !counted.isEmpty else { return queue.redis.eventLoop.makeSucceededVoidFuture() }
        return queue.addTLSCounts(counted).map { [tlsReports] in tlsReports.add($0) }
    }

    private func description(condition: String, lacks: [MailingID: String] = [:]) -> String {
        WorkerDescription(
            host: ProcessInfo.processInfo.hostName, pid: ProcessInfo.processInfo.processIdentifier,
            relay: configuration.routes.summary, condition: condition, lacks: lacks
        ).json
    }
}
