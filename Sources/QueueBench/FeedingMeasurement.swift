internal import RedisClient

/// How fast jobs are fed: pushes of 1,000 ordinals one after the other, the making of their payloads included.
struct FeedingMeasurement {
    private static let jobs = 100_000

    let redis: Redis

    func run() async throws -> Report.Feeding {
        QueueBench.note("feeding")
        var rig = try await Rig(redis: redis, setting: Setting.all[0])
        var rates: [Double] = []
        var usages: [Usage] = []
        for _ in 0..<TransitionMeasurement.repetitions {
            let start = ContinuousClock.now
            usages.append(try await redis.usage { try await rig.feed(Self.jobs) })
            rates.append(Double(Self.jobs) / (ContinuousClock.now - start).seconds)
        }
        return Report.Feeding(jobsPerSecond: .init(rates), cost: .init(usages, jobs: Self.jobs))
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
