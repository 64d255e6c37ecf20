internal import Delivery
internal import Foundation
internal import JobQueue
internal import Logging
internal import NIOCore

/// Renews a worker's lease from an event loop and a connection of its own, which busy work cannot starve.
struct LeaseKeeper: Sendable {
    let queue: JobQueue
    let configuration: WorkerConfiguration
    let logger: Logger

    /// Registers the worker and gives it its first lease.
    func register() async throws -> WorkerID {
        try await queue.register(
            name: configuration.name, lease: configuration.lease, description: description(condition: "starting")
        ).get()
    }

    /// Beats until it is cancelled.
    ///
    /// When the lease is lost, registers anew and calls `lost` with the new identity and the time from
    /// which it holds: the engine must empty its hands of the old one's jobs before it takes it on.
    func run(_ lease: Lease, lost: @Sendable (WorkerID, NIODeadline) -> Void) async throws {
        while !Task.isCancelled {
            try await Task.sleep(for: configuration.beat)
            let sentAt = NIODeadline.now()
            do {
                let held = try await queue.beat(
                    lease.worker, lease: configuration.lease, description: description(condition: lease.condition)
                ).get()
                if held {
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

    private func description(condition: String) -> String {
        let fields = [
            "host": ProcessInfo.processInfo.hostName, "pid": String(ProcessInfo.processInfo.processIdentifier),
            "relay": "\(configuration.relay)", "condition": condition,
        ]
        let pairs = fields.sorted { $0.key < $1.key }.map {
            "\"\($0.key)\":\"\($0.value.filter { $0 != "\"" && $0 != "\\" })\""
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }
}
