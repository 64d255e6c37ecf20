import Delivery

/// The status of a delivery and the one rule by which news changes it; pure, so that the audit can replay histories.
struct DeliveryStatus: Hashable, Sendable {
    var outcome: Outcome
    var isComplaint: Bool

    /// Before any news.
    static let waiting = DeliveryStatus(outcome: .queued, isComplaint: false)

    init(outcome: Outcome, isComplaint: Bool) {
        self.outcome = outcome
        self.isComplaint = isComplaint
    }

    init(outcome: Outcome, reason: Reason) {
        self.init(outcome: outcome, isComplaint: reason == .complaint)
    }

    /// Takes in news; answers whether the status is now the news's.
    ///
    /// Temporary outcomes follow the newest; a permanent one replaces a temporary one; among permanent ones only upward:
    /// Unsubscribed, complaint, Bounced, Rejected, Spam, Sent. A bounce message may still turn Sent into Soft Bounced.
    mutating func absorb(_ news: DeliveryStatus, phase: DeliveryPhase) -> Bool {
        let moves =
            if !outcome.isPermanent {
                true
            } else if !news.outcome.isPermanent {
                outcome == .sent && news.outcome == .softBounced && phase == .dsn
            } else {
                news.rank > rank
            }
        if moves { self = news }
        return moves
    }

    /// The place in the order of late news; Invalid and Duplicated stay what they are.
    private var rank: Int {
        switch outcome {
        case .queued, .deferred, .softBounced: 0
        case .sent: 1
        case .spam: isComplaint ? 5 : 2
        case .rejected: 3
        case .bounced: 4
        case .unsubscribed: 6
        case .invalid, .duplicated: 7
        }
    }
}
