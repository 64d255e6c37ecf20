internal import Logging

/// Says now and then what came in since it last did; in numbers, since addresses belong in no log.
struct SummaryLog {
    let meter: InboundMeter
    let interval: Duration
    let logger: Logger

    /// Goes on until it is cancelled.
    func run() async {
        var last = InboundCounts()
        while (try? await Task.sleep(for: interval)) != nil {
            let counts = meter.counts
            if counts != last { logger.info("received", metadata: Self.difference(counts, last)) }
            last = counts
        }
    }

    /// What came between two counts, without what did not come at all.
    static func difference(_ counts: InboundCounts, _ earlier: InboundCounts) -> Logger.Metadata {
        let names: [(String, KeyPath<InboundCounts, Int>)] = [
            ("messages", \.messages), ("bounces", \.bounces), ("complaints", \.complaints),
            ("unsubscriptions", \.unsubscriptions), ("automatic_replies", \.automaticReplies), ("others", \.others),
            ("refused", \.refused), ("postponed", \.postponed),
        ]
        return names.reduce(into: [:]) { metadata, entry in
            let count = counts[keyPath: entry.1] - earlier[keyPath: entry.1]
            if count > 0 { metadata["inbound.\(entry.0)"] = "\(count)" }
        }
    }
}
