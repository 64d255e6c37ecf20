import Delivery
import Testing

@testable import DeliveryWorker
@testable import JobQueue

@Suite("Who of the waiting is suppressed")
struct AddressSieveTests {
    private static let notice = SuppressionNotice(outcome: .unsubscribed, reason: .optOut)

    @Test(
        "addresses are found in every form that is the same contact, and no others",
        arguments: [
            ("ann@example.com", true), ("Ann@example.com", true), ("ANN@EXAMPLE.COM", true), ("ann@example.org", false),
            ("anna@example.com", false), ("ann+news@example.com", false), ("jürgen@example.com", true),
            ("JÜRGEN@example.com", true), ("jurgen@example.com", false),
        ])
    func found(address: String, isFound: Bool) throws {
        let keys = try ["ann@example.com", "jürgen@example.com"].map { try EmailAddress(parsing: $0).comparisonKey }
        let sieve = AddressSieve(Dictionary(uniqueKeysWithValues: keys.map { ($0, Self.notice) }))
        #expect((sieve[address] == Self.notice) == isFound)
    }
}
