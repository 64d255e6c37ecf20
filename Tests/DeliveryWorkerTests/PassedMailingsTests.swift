import Delivery
import NIOCore
import Testing

@testable import DeliveryWorker

@Suite("Mailings that a worker leaves to others")
struct PassedMailingsTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let first = MailingID(rawValue: 3)
    private let second = MailingID(rawValue: 2)

    @Test("what is lacked is news once, and again when it changes")
    func news() {
        var passed = PassedMailings(limit: 2)
        #expect(passed.note(first, lacking: "a key", at: start) == .new)
        #expect(passed.note(first, lacking: "a key", at: start) == .known)
        #expect(passed.note(first, lacking: "another", at: start) == .new)
        #expect(passed.note(second, lacking: "a key", at: start) == .new)
        #expect(passed.all == [second, first] && passed.lacks == [first: "another", second: "a key"])
    }

    @Test("there is an end to how many are left to others, but those that are stay so")
    func limit() {
        var passed = PassedMailings(limit: 1)
        #expect(passed.note(first, lacking: "a key", at: start) == .new)
        #expect(passed.note(second, lacking: "a key", at: start) == .full)
        #expect(!passed.contains(second))
        #expect(passed.note(first, lacking: "a key", at: start) == .known)
        #expect(passed.remove(first) && !passed.remove(first))
        #expect(passed.note(second, lacking: "a key", at: start) == .new)
    }

    @Test("each is looked at again after a while, once for each time")
    func due() {
        var passed = PassedMailings(limit: 9)
        _ = passed.note(first, lacking: "a key", at: start)
        _ = passed.note(second, lacking: "a key", at: start + .seconds(1))
        #expect(passed.due(at: start + PassedMailings.patience - .nanoseconds(1)).isEmpty)
        #expect(passed.due(at: start + PassedMailings.patience) == [first])
        #expect(passed.due(at: start + PassedMailings.patience).isEmpty)
        #expect(passed.due(at: start + PassedMailings.patience + .seconds(1)) == [second])
    }
}
