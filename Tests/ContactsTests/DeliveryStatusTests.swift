import Delivery
import Testing

@testable import Contacts

@Suite("The order of late news")
struct DeliveryStatusTests {
    /// From the top down; each moves every one below it.
    static let order: [(Outcome, Reason)] = [
        (.unsubscribed, .optOut), (.spam, .complaint), (.bounced, .noSuchUser), (.rejected, .policy),
        (.spam, .spamContent), (.sent, .accepted),
    ]
    static let temporary: [(Outcome, Reason)] = [
        (.softBounced, .mailboxFull), (.deferred, .greylisted), (.queued, .localFault),
    ]

    private func moves(_ old: (Outcome, Reason), _ new: (Outcome, Reason), phase: DeliveryPhase = .rcpt) -> Bool {
        let before = DeliveryStatus(outcome: old.0, isComplaint: old.1 == .complaint)
        var status = before
        let moved = status.absorb(new.0, new.1, phase: phase)
        let news = DeliveryStatus(outcome: new.0, isComplaint: new.1 == .complaint)
        #expect(status == (moved ? news : before))
        return moved
    }

    @Test("permanent news moves a permanent status only upward", arguments: 0..<6, 0..<6)
    func permanent(old: Int, new: Int) {
        #expect(moves(Self.order[old], Self.order[new]) == (new < old))
    }

    @Test("any permanent news moves a temporary status, and none is moved back", arguments: 0..<6, 0..<3)
    func mixed(permanent: Int, temporary: Int) {
        #expect(moves(Self.temporary[temporary], Self.order[permanent]))
        #expect(!moves(Self.order[permanent], Self.temporary[temporary]))
    }

    @Test("temporary outcomes follow the newest", arguments: 0..<3, 0..<3)
    func temporary(old: Int, new: Int) {
        #expect(moves(Self.temporary[old], Self.temporary[new]))
    }

    @Test("a bounce message, and nothing else, turns Sent into Soft Bounced", arguments: DeliveryPhase.allCases)
    func softBounceAfterSent(phase: DeliveryPhase) {
        #expect(moves((.sent, .accepted), (.softBounced, .mailboxFull), phase: phase) == (phase == .dsn))
        #expect(!moves((.sent, .accepted), (.deferred, .temporary), phase: phase))
        #expect(!moves((.bounced, .noSuchUser), (.softBounced, .mailboxFull), phase: phase))
    }

    @Test("a hold leaves the outcome as it is, and nothing that is settled is held", arguments: HoldKind.allCases)
    func holds(kind: HoldKind) {
        for (outcome, _) in Self.temporary {
            var status = DeliveryStatus(outcome: outcome, isComplaint: false)
            let moved = status.absorb(.queued, kind.reason, phase: .dot)
            #expect(!moved)
            #expect(status == DeliveryStatus(outcome: outcome, isComplaint: false, held: kind))
        }
        for (outcome, reason) in Self.order {
            var status = DeliveryStatus(outcome: outcome, isComplaint: reason == .complaint)
            let moved = status.absorb(.queued, kind.reason, phase: .dot)
            #expect(!moved)
            #expect(status.held == nil)
        }
    }

    @Test("a hold ends by its owner's word or any permanent outcome, and by nothing else", arguments: HoldKind.allCases)
    func endsOfHolds(kind: HoldKind) {
        func held(after outcome: Outcome, _ reason: Reason) -> HoldKind? {
            var status = DeliveryStatus(outcome: .deferred, isComplaint: false, held: kind)
            let moved = status.absorb(outcome, reason, phase: .local)
            #expect(moved)
            return status.held
        }
        for (outcome, reason) in Self.order { #expect(held(after: outcome, reason) == nil) }
        for (outcome, reason) in Self.temporary { #expect(held(after: outcome, reason) == kind) }
        #expect(held(after: .queued, .resentByOwner) == nil)
        #expect(held(after: .sent, .confirmedByOwner) == nil)
        #expect(held(after: .bounced, .droppedByOwner) == nil)
    }

    @Test("Invalid and Duplicated stay", arguments: 0..<6)
    func settledLocally(new: Int) {
        #expect(!moves((.invalid, .badSyntax), Self.order[new]))
        #expect(!moves((.duplicated, .duplicate), Self.order[new]))
    }
}
