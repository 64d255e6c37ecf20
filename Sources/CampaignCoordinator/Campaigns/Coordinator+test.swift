internal import Contacts
internal import Delivery
internal import JobQueue
internal import MailMessage

/// What became of a test message.
public struct TestReport: Hashable, Sendable, Codable {
    public var campaign: String
    /// Who it went to.
    public var to: String
    /// Whose fields it was written with; `nil` when the list has no contact.
    public var contact: String?
    /// The name of its outcome; `nil` when no worker has sent it in time.
    public var outcome: String?
    public var reason: String?
    /// The server's words.
    public var reply: String?
}

extension Coordinator {
    /// Sends a campaign's message to a tester, by the path that all its messages take: queue, worker, signature, relay.
    ///
    /// Nothing of it is booked; a tester whose address is suppressed gets nothing, like everybody.
    /// - Parameters:
    ///   - address: The tester's address.
    ///   - contact: Whose fields it is written with; the first contact of the list when `nil`.
    ///   - limit: How long to wait for an outcome.
    /// - Throws: ``CoordinatorError`` when an address is none or the contact is unknown.
    public func sendTest(
        _ name: String, mailing: String? = nil, to address: String, contact: String?, limit: Duration
    ) async throws -> TestReport {
        let mailing = try await self.mailing(of: name, named: mailing)
        let recipient: EmailAddress
        do {
            recipient = try EmailAddress(trimming: address)
        } catch {
            throw CoordinatorError(.badInput, "“\(address)” is no email address: \(error)")
        }
        var settings = try await settings(of: mailing)
        // Nothing is booked of a tester, so that links lead to their targets at once.
        settings.template.options?.trackOpens = nil
        settings.template.options?.trackClicks = nil
        let sample = try await sample(of: mailing, address: contact)
        let fields = try settings.template.fieldNames().map { sample?.fields[$0] ?? "" }

        let test = tests.begin(at: .now)
        let job = DeliveryJob(
            id: DeliveryJob.ID(mailing: test, ordinal: 0), address: recipient.normalized, fields: fields)
        var report = TestReport(campaign: name, to: recipient.normalized, contact: sample?.address)
        do {
            try await queue.publish(
                test, content: MailingContent(bytes: try settings.encoded(), version: settings.template.version),
                terms: MailingTerms(), paused: false)
            _ = try await queue.shard(ofSite: recipient.asciiDomain).enqueue(
                test, from: 0, to: 1, jobs: [ClaimedJob(job: job, site: recipient.asciiDomain)])
            if let change = try await outcome(of: test, within: limit) {
                report.outcome = change.outcome.name
                report.reason = change.reason.rawValue
                report.reply = change.reply.isEmpty ? nil : change.reply
            }
        } catch {
            await end(test)
            throw error
        }
        await end(test)
        return report
    }

    private func sample(of mailing: Mailing, address: String?) async throws -> Contact? {
        if let address { return try await book.contact(inList: mailing.list, address: address) }
        return try await book.contacts(inList: mailing.list, lastStatus: nil, after: nil, limit: 1).first
    }

    private func outcome(of test: MailingID, within limit: Duration) async throws -> StatusChange? {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let change = tests.outcome(of: test) { return change }
            try await Task.sleep(for: .milliseconds(50))
        }
        return tests.outcome(of: test)
    }

    /// Takes back what is not sent; the janitor clears the rest away.
    private func end(_ test: MailingID) async {
        // A Redis that does not answer keeps it until the janitor asks again.
        try? await queue.cancel(test)
        tests.end(test)
    }
}
