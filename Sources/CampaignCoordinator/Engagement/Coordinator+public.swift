internal import Contacts
internal import Delivery
internal import MailMessage

/// What readers reach by the links in their messages; a token that no key of ours made reaches nothing.
extension Coordinator {
    /// How a contact leaves the list, for the history.
    public enum UnsubscribeWay: String, Sendable {
        case oneClick = "one-click"
        case page
    }

    /// The page behind an unsubscribe link; `nil` when there is none.
    public func unsubscribePage(_ token: some StringProtocol) async throws -> ContactPage? {
        guard let job = job(token, .unsubscribe) else { return nil }
        guard !job.mailing.isTest else {
            return ContactPage(sender: "", address: "", language: nil, hasLeft: false, isTest: true)
        }
        guard let mailing = try await publicMailings.entry(job.mailing, book: book, key: tokenKeys.current),
            let recipient = try await book.recipient(of: job)
        else { return nil }
        return ContactPage(
            sender: mailing.sender, address: MaskedAddress.text(recipient.address), language: mailing.language,
            hasLeft: recipient.hasLeft)
    }

    /// Takes a contact off the list, once however often it is asked for; `false` when the link leads nowhere.
    ///
    /// - Throws: An error when it is not certain that it was booked; asking again is right then.
    public func unsubscribe(_ token: some StringProtocol, by way: UnsubscribeWay) async throws -> Bool {
        guard let job = job(token, .unsubscribe) else { return false }
        // A tester's address stands in no list.
        guard !job.mailing.isTest else { return true }
        guard try await book.recipient(of: job) != nil else { return false }
        _ = try await receive([.unsubscribe(job, at: .now, by: way.rawValue)])
        return true
    }

    /// Notes that the picture of a message was fetched; it is booked a little later.
    public func noteOpen(_ token: some StringProtocol) {
        guard let job = job(token, .open), !job.mailing.isTest else { return }
        engagements.note(EngagementEvent(.opened, job: job, at: .now))
    }

    /// Where a followed link leads; `nil` when it leads nowhere.
    ///
    /// - Parameter isClick: Whether to note that it was followed, rather than only looked at.
    public func target(ofLink index: Int, token: some StringProtocol, isClick: Bool) async throws -> String? {
        guard let job = job(token, .click),
            let mailing = try await publicMailings.entry(job.mailing, book: book, key: tokenKeys.current),
            let recipient = try await book.recipient(of: job),
            let target = mailing.targets.address(
                ofLink: index, for: job, contact: recipient.address, fields: recipient.fields)
        else { return nil }
        if isClick { engagements.note(EngagementEvent(.clicked, job: job, at: .now)) }
        return target
    }

    /// Books the opens and clicks that have come; the coordinator does so by itself five times a second.
    public func bookEngagements() async throws {
        _ = try await EngagementKeeper(book: book, buffer: engagements, logger: logger).round()
    }

    /// The delivery that a token was made for, if it was made for this.
    func job(_ token: some StringProtocol, _ purpose: ContactToken.Purpose) -> DeliveryJob.ID? {
        guard let token = tokenKeys.token(in: token), token.purpose == purpose else { return nil }
        return token.job
    }
}
