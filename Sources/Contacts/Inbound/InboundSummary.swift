/// What became of events that came back.
public struct InboundSummary: Codable, Hashable, Sendable {
    /// Events written to the history of a delivery.
    public var booked = 0
    /// Events that were taken in before.
    public var repeated = 0
    /// Events for which no delivery was found; they are listed.
    public var unmatched = 0
    /// Automatic replies, and what came back to test messages: counted, and nothing else.
    public var ignored = 0

    public init() {}
}

/// What became of one event; the raw value is stored.
enum InboundFate: String {
    case booked, repeated, unmatched, ignored
}

extension InboundSummary {
    mutating func count(_ fate: InboundFate, by number: Int = 1) {
        switch fate {
        case .booked: booked += number
        case .repeated: repeated += number
        case .unmatched: unmatched += number
        case .ignored: ignored += number
        }
    }
}
