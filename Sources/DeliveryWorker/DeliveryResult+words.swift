internal import Delivery

extension DeliveryResult {
    /// The phase that a history records for this result.
    var phase: DeliveryPhase {
        switch self {
        case .reply(_, let phase): phase
        case .lostBeforeFinalDot: .data
        case .lostAfterFinalDot: .dot
        case .notAttempted: .local
        }
    }

    /// The server's own words, or what happened in their place.
    var words: String {
        switch self {
        // Without a code it is no server's: what we found out ourselves.
        case .reply(let reply, _): reply.code == 0 ? reply.text : reply.description
        case .lostBeforeFinalDot(let what), .lostAfterFinalDot(let what): what
        case .notAttempted: ""
        }
    }
}
