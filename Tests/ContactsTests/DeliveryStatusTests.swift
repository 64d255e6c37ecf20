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
        var status = DeliveryStatus(outcome: old.0, reason: old.1)
        let news = DeliveryStatus(outcome: new.0, reason: new.1)
        let moved = status.absorb(news, phase: phase)
        #expect(status == (moved ? news : DeliveryStatus(outcome: old.0, reason: old.1)))
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

    @Test("Invalid and Duplicated stay", arguments: 0..<6)
    func settledLocally(new: Int) {
        #expect(!moves((.invalid, .badSyntax), Self.order[new]))
        #expect(!moves((.duplicated, .duplicate), Self.order[new]))
    }
}
