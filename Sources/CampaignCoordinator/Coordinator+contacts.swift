public import Contacts
public import Delivery
internal import JobQueue

extension Coordinator {
    /// All lists.
    public func lists() async throws -> [ContactList] {
        try await book.lists()
    }

    /// One page of a list's contacts, by the order of their import.
    ///
    /// - Parameter lastStatus: Only contacts whose newest status over all mailings is one of these; all when empty.
    public func contacts(
        inList list: String, lastStatus: [Outcome], after cursor: Int64?, limit: Int
    ) async throws -> [Contact] {
        try await book.contacts(
            inList: list, lastStatus: lastStatus.isEmpty ? nil : lastStatus, after: cursor, limit: limit)
    }

    /// Everything that is known of an address: its contacts in all lists, and the history of each of their deliveries.
    public func history(of address: String) async throws -> ContactHistory {
        try await book.history(ofAddress: address)
    }

    public func licences() async throws -> LicenceSummary {
        try await book.licenceSummary()
    }

    public func addLicences(_ count: Int) async throws -> LicenceSummary {
        try await book.addLicences(count)
    }

    /// One page of the suppression list.
    public func suppressions(after cursor: String?, limit: Int) async throws -> [Suppression] {
        try await book.suppressions(after: cursor, limit: limit)
    }

    /// Suppresses addresses, in the book and, for what is fed already, in Redis; one that is away hears of it as soon as it is back.
    public func addSuppressions(_ addresses: [String]) async throws -> SuppressionReport {
        let report = try await book.addSuppressions(addresses, at: .now)
        let keys = addresses.compactMap { try? EmailAddress(trimming: $0).comparisonKey }
        suppressions.note(keys.map { .init(key: $0, outcome: .unsubscribed, reason: .suppressed) })
        await suppressions.tell()
        return report
    }

    /// Takes addresses off the suppression list; answers how many were on it.
    public func removeSuppressions(_ addresses: [String]) async throws -> Int {
        let removed = try await book.removeSuppressions(addresses)
        let keys = addresses.compactMap { try? EmailAddress(trimming: $0).comparisonKey }
        suppressions.withdraw(Set(keys))
        try await queue.unsuppress(keys)
        return removed
    }
}
