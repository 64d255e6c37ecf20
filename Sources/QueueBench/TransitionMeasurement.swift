internal import JobQueue
internal import RedisClient

/// What enqueue, claim + settle and defer cost in one setting, at several batch sizes, while 100,000 jobs are waiting.
struct TransitionMeasurement {
    static let repetitions = 5
    private static let waiting = 100_000

    let redis: Redis
    let setting: Setting

    func run() async throws -> [Report.Transition] {
        QueueBench.note("transitions: \(setting.name)")
        var rig = try await Rig(redis: redis, setting: setting)
        let worker = try await rig.register("bench")
        try await rig.feed(Self.waiting + setting.inFlight)
        _ = try await rig.claim(setting.inFlight, batch: 500, by: worker)
        var rows: [Report.Transition] = []
        for (batch, sample) in [(1, 2000), (20, 10_000), (100, 20_000)] {
            rows.append(try await row(batch: batch, sample: sample, in: &rig, by: worker))
        }
        return rows
    }

    private func row(
        batch: Int, sample: Int, in rig: inout Rig, by worker: WorkerID
    ) async throws -> Report.Transition {
        var usages: (enqueue: [Usage], settle: [Usage], defer: [Usage]) = ([], [], [])
        // Every push goes to every shard.
        let pushed = sample / setting.shards
        let postponed = min(sample, 4000)
        for _ in 0..<Self.repetitions {
            usages.enqueue.append(try await redis.usage { try await rig.feed(pushed, push: batch) })
            try await rig.feed(sample - pushed + postponed)
            usages.settle.append(
                try await redis.usage { try await rig.claimAndSettle(sample, batch: batch, by: worker) })
            let flight = try await rig.claim(postponed, batch: 500, by: worker)
            usages.defer.append(
                try await redis.usage { try await rig.postpone(flight, batch: batch, by: worker) })
            try await rig.forgetOutcomes()
        }
        return Report.Transition(
            setting: setting.name, batch: batch, enqueue: .init(usages.enqueue, jobs: pushed),
            claimAndSettle: .init(usages.settle, jobs: sample), defer: .init(usages.defer, jobs: postponed))
    }
}
