internal import JobQueue
internal import Logging

/// Returns the jobs of workers that died to their lanes.
struct Reaper: Loop {
    static let purpose = "reap"
    static let rest = Duration.seconds(1)

    let queue: JobQueue
    let logger: Logger

    func round() async throws -> Bool {
        let report = try await queue.reap()
        if let worker = report.worker, report.returned + report.rested > 0 {
            logger.notice(
                "a worker's lease ran out; its jobs are back in their lanes",
                metadata: [
                    "worker.id": "\(worker)", "jobs.returned": "\(report.returned)", "jobs.resting": "\(report.rested)",
                ])
        }
        return report.more
    }
}
