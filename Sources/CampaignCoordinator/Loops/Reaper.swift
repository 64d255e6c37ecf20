internal import JobQueue
internal import Logging

/// Returns the jobs of workers that died to their lanes, in one shard.
struct Reaper: Loop {
    static let purpose = "return the jobs of dead workers"
    static let rest = Duration.seconds(1)

    let shard: QueueShard
    let logger: Logger

    func round() async throws -> Bool {
        let report = try await shard.reap()
        if let worker = report.worker, report.returned + report.inDoubt + report.dead > 0 {
            logger.notice(
                "a worker's lease ran out; its jobs are back in their lanes",
                metadata: [
                    "worker.id": "\(worker)", "jobs.returned": "\(report.returned)",
                    "jobs.in.doubt": "\(report.inDoubt)", "jobs.dead": "\(report.dead)",
                ])
        }
        return report.more
    }
}
