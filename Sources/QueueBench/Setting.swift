internal import JobQueue

/// Under what circumstances the transitions are measured.
struct Setting {
    var name: String
    var spread = Workload.Spread.uneven
    var shards = 1
    /// For all sites; never reached, so that nothing has to wait.
    var limit: SiteLimit?
    /// Jobs that the measured worker has in its flight all the time.
    var inFlight = 0

    static let all: [Setting] = {
        let rate = SiteLimit.Rate(messages: 100_000, seconds: 1)
        return [
            Setting(name: "1,000 sites"),
            Setting(name: "one site", spread: .single),
            Setting(name: "rates", limit: SiteLimit(rate: rate, burst: 100_000)),
            Setting(name: "connections", limit: SiteLimit(connections: 100_000)),
            Setting(name: "rates, connections", limit: SiteLimit(rate: rate, burst: 100_000, connections: 100_000)),
            Setting(name: "5,000 in flight", inFlight: 5000),
            Setting(name: "16 shards", shards: 16),
        ]
    }()
}
