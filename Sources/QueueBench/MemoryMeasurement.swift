internal import JobQueue
internal import RedisClient

/// How much memory of Redis a job takes in each state: the difference of `used_memory` when it has settled.
struct MemoryMeasurement {
    static let jobs = 100_000
    /// As many as one worker has in flight.
    private static let flight = 500

    let redis: Redis
    let spread: Workload.Spread

    func run() async throws -> Report.Memory {
        QueueBench.note("memory: \(spread.rawValue) spread")
        var rig = try await Rig(redis: redis, setting: Setting(name: "memory", spread: spread))
        var workers: [WorkerID] = []
        for n in 0..<Self.jobs / Self.flight { workers.append(try await rig.register("worker-\(n)")) }
        let empty = try await redis.settledMemory()

        try await rig.feed(Self.jobs)
        let waiting = try await redis.settledMemory()

        var flights: [[UInt32]] = []
        for worker in workers { flights.append(try await rig.claim(Self.flight, batch: 100, by: worker)) }
        let inFlight = try await redis.settledMemory()

        for (worker, flight) in zip(workers, flights) { try await rig.postpone(flight, batch: 100, by: worker) }
        try await rig.forgetOutcomes()
        let delayed = try await redis.settledMemory()

        func perJob(_ used: Int) -> Double { Double(used - empty) / Double(Self.jobs) }
        return Report.Memory(
            sites: spread.rawValue, jobs: Self.jobs, waiting: perJob(waiting), inFlight: perJob(inFlight),
            delayed: perJob(delayed))
    }
}
