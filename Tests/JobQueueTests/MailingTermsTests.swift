import Testing

@testable import JobQueue

@Suite("The terms of mailings")
struct MailingTermsTests {
    /// The most messages that a rate lets go within an hour.
    private func most(_ quota: (interval: Double, burst: Int)?) -> Int {
        quota.map { $0.burst == 0 ? 0 : $0.burst + Int((3_600_000 / $0.interval).rounded(.up)) - 1 } ?? .max
    }

    @Test("A quota is shared out by what the shards have, and no hour has more of it", arguments: [1, 2, 7, 60, 5000])
    func quotas(quota: Int) {
        var terms = MailingTerms()
        terms.quotaPerHour = quota
        for pending in [[10], [1, 1, 1, 1], [1000, 0, 3, 17], [0, 0, 0]] {
            let parts = terms.quotas(over: pending)
            #expect(parts.count == pending.count)
            #expect(parts.map { most($0) }.reduce(0, +) == quota)
        }
        #expect(terms.quotas(over: [5, 0]).map { most($0) } == [quota, 0])
    }

    @Test("Without a quota there is no rate")
    func none() {
        #expect(MailingTerms().quotas(over: [1, 2]).allSatisfy { $0 == nil })
    }
}
