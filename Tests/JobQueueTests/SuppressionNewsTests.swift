import Delivery
import NIOCore
import RedisClient
import Testing

@testable import JobQueue

@Suite("News of suppressions for workers that hold jobs")
struct SuppressionNewsTests {
    private static let optOut = SuppressionNotice(outcome: .unsubscribed, reason: .optOut)

    private func people(_ range: Range<Int>) -> [(comparisonKey: String, suppression: SuppressionNotice)] {
        range.map { ("user\($0)@example.com", Self.optOut) }
    }

    @Test("a worker hears of each once, and claims find them all")
    func news() async throws {
        try await withQueue { queue in
            #expect(try await queue.only.suppressionNews(after: 0).get() == SuppressionNews(told: 0, entries: []))
            try await queue.only.suppress(people(0..<2))
            let first = try await queue.only.suppressionNews(after: 0).get()
            #expect(first.told == 2)
            #expect(first.notices == ["user0@example.com": Self.optOut, "user1@example.com": Self.optOut])
            let complaint = SuppressionNotice(outcome: .spam, reason: .complaint)
            try await queue.only.suppress([("user2@example.com", complaint)])
            let second = try await queue.only.suppressionNews(after: first.told).get()
            #expect(second.told == 3 && second.notices == ["user2@example.com": complaint])
            #expect(try await queue.only.suppressionNews(after: 3).get().notices == [:])
            let found = try await queue.only.suppressions(of: ["user1@example.com", "x@example.com"]).get()
            #expect(found == [Self.optOut, nil])
        }
    }

    @Test("who has missed more than is kept, or knows more than Redis does, is told to look everything up")
    func gap() async throws {
        try await withQueue { queue in
            try await queue.only.suppress(people(0..<500))
            #expect(try await queue.only.suppressionNews(after: 0).get().notices?.count == 500)
            try await queue.only.suppress(people(500..<501))
            let missed = try await queue.only.suppressionNews(after: 0).get()
            #expect(missed.told == 501 && missed.notices == nil)
            #expect(try await queue.only.suppressionNews(after: 1).get().notices?.count == 500)
            #expect(try await queue.only.suppressionNews(after: 600).get().notices == nil)
            let kept = try await queue.only.command(["HLEN", .init(queue.only.keys.prefix + "news")]).get()
            #expect(kept == .integer(501), "500 and their number")
        }
    }

    @Test("who was taken off the list again is no news, also for a worker that hears of nothing else")
    func takenOff() async throws {
        try await withQueue { queue in
            try await queue.only.suppress(people(0..<3))
            try await queue.unsuppress(["user1@example.com"])
            let news = try await queue.only.suppressionNews(after: 0).get()
            #expect(news.told == 3)
            #expect(news.notices?.keys.sorted() == ["user0@example.com", "user2@example.com"])
            try await queue.forgetSuppressions()
            let later = try await queue.only.suppressionNews(after: 0).get()
            #expect(later.told == 3 && later.notices == [:])
        }
    }
}
