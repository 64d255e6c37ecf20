internal import Delivery
internal import Foundation

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
        case .reply(let reply, _): reply.description
        case .lostBeforeFinalDot(let what), .lostAfterFinalDot(let what): what
        case .notAttempted: ""
        }
    }
}

extension UnixTime {
    /// The time on this machine's civil clock.
    static var now: UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
