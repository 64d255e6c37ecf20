internal import JobQueue
internal import RedisClient

/// What a job costs while many others are waiting, in flight, put aside for later, or due.
///
/// 1,000 sites that get the same, so that at every scale a batch comes from as many lanes.
struct ScaleMeasurement {
    /// Jobs per repetition; as many are waiting beside it where the many are in another state.
    private static let sample = 10_000
    private static let flight = 500
    /// What one claim brings back of the jobs that are due; claims of as many keep up with it.
    private static let promoted = 200

    let redis: Redis
    let jobs: Int

    func run() async throws -> [Report.Scale] {
        var rig = try await emptyRig()
        let worker = try await rig.register("bench")
        note("waiting")
        try await rig.feed(jobs)
        var rows = [try await row(.waiting, in: &rig, by: worker)]

        note("in flight")
        try await rig.feed(Self.sample)
        let flights = try await claimAll(in: &rig)
        rows.append(try await row(.inFlight, in: &rig, by: worker))

        note("delayed")
        for (worker, flight) in flights { try await rig.postpone(flight, batch: 100, by: worker) }
        try await rig.forgetOutcomes()
        rows.append(try await row(.delayed, in: &rig, by: worker))

        note("due")
        rows.append(try await dueRow())
        return rows
    }

    private func emptyRig() async throws -> Rig {
        try await Rig(redis: redis, setting: Setting(name: "scale", spread: .even))
    }

    private func note(_ state: String) {
        QueueBench.note("scale: \(jobs) jobs \(state)")
    }

    /// Takes the many into flights, each of another worker.
    private func claimAll(in rig: inout Rig) async throws -> [(worker: WorkerID, flight: [UInt32])] {
        var flights: [(worker: WorkerID, flight: [UInt32])] = []
        for n in 0..<jobs / Self.flight {
            let worker = try await rig.register("worker-\(n)")
            flights.append((worker, try await rig.claim(Self.flight, batch: Self.flight, by: worker)))
        }
        return flights
    }

    private func row(
        _ state: Report.Scale.State, in rig: inout Rig, by worker: WorkerID
    ) async throws -> Report.Scale {
        var usages: (enqueue: [Usage], settle: [Usage], defer: [Usage]) = ([], [], [])
        let postponed = Self.sample / 5
        for _ in 0..<TransitionMeasurement.repetitions {
            usages.enqueue.append(try await redis.usage { try await rig.feed(Self.sample) })
            usages.settle.append(
                try await redis.usage { try await rig.claimAndSettle(Self.sample, batch: 20, by: worker) })
            try await rig.feed(postponed)
            let flight = try await rig.claim(postponed, batch: 500, by: worker)
            usages.defer.append(
                try await redis.usage { try await rig.postpone(flight, batch: 20, by: worker) })
            try await rig.forgetOutcomes()
        }
        return Report.Scale(
            jobs: jobs, state: state, enqueue: .init(usages.enqueue, jobs: Self.sample),
            claimAndSettle: .init(usages.settle, jobs: Self.sample), defer: .init(usages.defer, jobs: postponed))
    }

    /// While the many are due: every claim takes some of them back into their lanes before it serves.
    private func dueRow() async throws -> Report.Scale {
        var rig = try await emptyRig()
        let worker = try await rig.register("bench")
        try await rig.feed(jobs)
        for (worker, flight) in try await claimAll(in: &rig) {
            try await rig.postpone(flight, batch: 100, by: worker) { _ in .zero }
        }
        try await rig.forgetOutcomes()
        try await rig.feed(Self.sample)
        // A job is due at the next full second.
        try await Task.sleep(for: .seconds(1))
        let settled = Self.promoted * 10
        var usages: [Usage] = []
        for _ in 0..<TransitionMeasurement.repetitions {
            usages.append(
                try await redis.usage {
                    try await rig.claimAndSettle(settled, batch: Self.promoted, by: worker)
                })
        }
        return Report.Scale(jobs: jobs, state: .due, claimAndSettle: .init(usages, jobs: settled))
    }
}
