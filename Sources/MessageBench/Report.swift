/// Everything that was measured; `scripts/bench --message` adds the machine and what openssl says.
struct Report: Encodable {
    var messageBytes: Int
    var rows: [Row] = []

    /// What one kind of message costs, in microseconds of CPU.
    struct Row: Encodable {
        var message: String
        var bytes: Int
        var unsigned: Spread
        var ed25519: Spread
        var rsa: Spread
        var both: Spread
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
