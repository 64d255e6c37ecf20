import Delivery

/// The status of a delivery and the one rule by which news changes it; pure, so that the audit can replay histories.
struct DeliveryStatus: Hashable, Sendable {
    var outcome: Outcome
    var isComplaint: Bool
    /// Why the delivery is held until its owner decides, if it is: only one with a temporary outcome.
    var held: HoldKind?

    /// Before any news.
    static let waiting = DeliveryStatus(outcome: .queued, isComplaint: false)

    init(outcome: Outcome, isComplaint: Bool, held: HoldKind? = nil) {
        self.outcome = outcome
        self.isComplaint = isComplaint
        self.held = held
    }

    /// Takes in news; answers whether the status is now the news's.
    ///
    /// Temporary outcomes follow the newest; a permanent one replaces a temporary one; among permanent ones only upward:
    /// Unsubscribed, complaint, Bounced, Rejected, Spam, Sent. A bounce message may still turn Sent into Soft Bounced.
    /// That a delivery is held says where its job is and not what became of the contact: the outcome stays. Its owner's
    /// word or any permanent outcome ends the hold. What comes back afterwards and leaves a delivery Queued is a note: it says
    /// something and moves nothing.
    mutating func absorb(_ outcome: Outcome, _ reason: Reason, phase: DeliveryPhase) -> Bool {
        if outcome == .queued, let kind = HoldKind(reason: reason) {
            if !self.outcome.isPermanent { held = kind }
            return false
        }
        if outcome == .queued, phase.isAfterwards { return false }
        let news = DeliveryStatus(outcome: outcome, isComplaint: reason == .complaint)
        guard isMoved(by: news, phase: phase) else { return false }
        let stays = !outcome.isPermanent && reason != .resentByOwner
        self = DeliveryStatus(outcome: outcome, isComplaint: news.isComplaint, held: stays ? held : nil)
        return true
    }

    private func isMoved(by news: DeliveryStatus, phase: DeliveryPhase) -> Bool {
        if !outcome.isPermanent {
            true
        } else if !news.outcome.isPermanent {
            outcome == .sent && news.outcome == .softBounced && phase == .dsn
        } else {
            news.rank > rank
        }
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
