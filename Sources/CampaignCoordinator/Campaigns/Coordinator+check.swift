internal import Contacts
public import MailMessage

extension Coordinator {
    /// Looks a campaign over before it is sent.
    ///
    /// - Parameter selectors: The selectors of the DKIM keys that workers sign with, as far as the one who asks knows them.
    public func check(_ name: String, mailing: String? = nil, selectors: [String]) async throws -> [LintFinding] {
        let mailing = try await self.mailing(of: name, named: mailing)
        let list = try await book.list(named: mailing.list)
        let sample = try await book.contacts(inList: mailing.list, lastStatus: nil, after: nil, limit: 1).first
        return try await MessageLint(
            try await settings(of: mailing).template, knownFields: Set(list.columns), sample: sample?.fields ?? [:],
            selectors: selectors, records: configuration.textRecords
        ).findings()
    }
}
