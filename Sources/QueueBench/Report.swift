/// Everything that was measured; `scripts/bench --queue` adds the machine and the redis-server.
struct Report: Encodable {
    /// The mean length of a payload, in bytes.
    var payloadBytes: Double
    var transitions: [Transition] = []
    var feeding: Feeding?
    var memory: [Memory] = []
    var scale: [Scale] = []

    /// What a job costs in one setting at one batch size.
    struct Transition: Encodable {
        var setting: String
        var batch: Int
        var enqueue: Cost
        var claimAndSettle: Cost
        var `defer`: Cost
    }

    /// Feeding as the coordinator does it: one push of 1,000 ordinals after the other.
    struct Feeding: Encodable {
        var jobsPerSecond: Spread
        var cost: Cost
    }

    /// Bytes of Redis memory per job, its payload included.
    struct Memory: Encodable {
        var sites: String
        var jobs: Int
        var waiting: Double
        var inFlight: Double
        var delayed: Double
    }

    /// What a job costs while many others are in one state.
    struct Scale: Encodable {
        var jobs: Int
        var state: State
        /// In pushes of 1,000.
        var enqueue: Cost?
        /// At batches of 20; where jobs are due, of 200.
        var claimAndSettle: Cost
        /// At batches of 20.
        var `defer`: Cost?

        enum State: String, Encodable {
            case waiting, inFlight, delayed, due
        }
    }

    /// Per job, over some repetitions.
    struct Cost: Encodable {
        /// Microseconds of CPU that the process of Redis used.
        var cpu: Spread
        /// Scripts called.
        var calls: Double
        /// Commands that the scripts ran.
        var commands: Double

        init(_ usages: [Usage], jobs: Int) {
            let all = Double(jobs * usages.count)
            cpu = Spread(usages.map { $0.microseconds / Double(jobs) })
            calls = Double(usages.reduce(0) { $0 + $1.calls }) / all
            commands = Double(usages.reduce(0) { $0 + $1.commands }) / all
        }
    }

    /// Repetitions in short.
    struct Spread: Encodable {
        var median: Double
        var least: Double
        var most: Double

        init(_ values: [Double]) {
            let sorted = values.sorted()
            median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
            least = sorted.first ?? 0
            most = sorted.last ?? 0
        }
    }
}
