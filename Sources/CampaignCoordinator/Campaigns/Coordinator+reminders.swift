internal import Contacts
internal import Delivery
internal import MailMessage

extension Coordinator {
    /// Creates a reminder of a campaign, as a draft: a further mailing with a message of its own, to those of an earlier one that fit.
    ///
    /// - Throws: ``CoordinatorError`` when the message cannot be used, or nothing is known of what the filter asks for;
    ///   `ContactBookError` when the campaign or the earlier mailing is unknown or was not started, or the name is taken.
    public func createReminder(_ campaign: String, _ draft: ReminderDraft) async throws -> ReminderReport {
        let (selection, first) = try await selection(
            campaign, AudienceQuestion(of: draft.of, audience: draft.audience))
        var template = try MailingSettings(first).template
        if let from = draft.from { template.from = try mailbox(from, option: "--from") }
        if let replyTo = draft.replyTo {
            template.replyTo = replyTo == "none" ? nil : try mailbox(replyTo, option: "--reply-to")
        }
        template.subject = draft.subject
        template.text = draft.text
        template.html = draft.html
        template.messageIDSalt = try messageIDSalt()
        if let message = draft.message { template.options = message }
        template.attachments = draft.files ?? []
        try check(template, of: campaign)
        let forecast = try await book.forecast(campaign: campaign, selection)
        let record = ReminderRecord(
            name: draft.name, selection: selection, template: try json(template),
            retry: try draft.retry.map(json) ?? first.retry, options: try draft.options.map(json) ?? first.options,
            files: template.attachments.map(MailingFile.init))
        let mailing = try await book.createReminder(
            campaign: campaign, record, replacing: draft.replace == true, at: .now)
        return ReminderReport(mailing: mailing.name, audience: forecast, notes: Self.notes(on: forecast))
    }

    /// Takes back a reminder that was not started.
    public func discardReminder(_ campaign: String, mailing: String?) async throws {
        try await book.discardReminder(campaign: campaign, named: mailing)
    }

    /// Whom a reminder would reach now; nothing is created.
    ///
    /// - Throws: As ``createReminder(_:_:)``.
    public func forecast(_ campaign: String, _ question: AudienceQuestion) async throws -> ReminderReport {
        let forecast = try await book.forecast(
            campaign: campaign, try await selection(campaign, question).selection)
        return ReminderReport(mailing: nil, audience: forecast, notes: Self.notes(on: forecast))
    }

    /// Whom a reminder that is about to start reaches, and what its owner should know.
    func audienceAtStart(of mailing: Mailing, _ selection: AudienceSelection) async throws -> AudienceForecast {
        let forecast = try await book.forecast(campaign: mailing.campaign, selection)
        guard forecast.contacts > 0 else {
            throw CoordinatorError(
                .wrongState,
                "no contact of “\(selection.of)” fits the audience of “\(mailing.name)” now: there is nobody to remind")
        }
        return forecast
    }

    /// What the owner of a reminder should know of its audience.
    static func notes(on forecast: AudienceForecast) -> [String] {
        var notes: [String] = []
        if forecast.unsettled > 0 {
            notes.append(
                "“\(forecast.of)” is still on its way (\(forecast.unsettled) without a permanent outcome): who fits only after the "
                    + "reminder is started is not in it")
        }
        if !forecast.filter.asksWhoWasReached {
            notes.append(
                "contacts of every status are meant, also those that did not get “\(forecast.of)”; --status Sent leaves them out"
            )
        }
        return notes
    }

    /// What a question means, and the campaign's first mailing.
    private func selection(
        _ name: String, _ question: AudienceQuestion
    ) async throws -> (selection: AudienceSelection, first: Mailing) {
        let campaign = try await book.campaign(named: name)
        guard let first = campaign.mailings.first else {
            throw CoordinatorError(.notFound, "the campaign “\(name)” has no mailing")
        }
        let source = try await mailing(of: name, named: question.of ?? first.name)
        guard source.state != .draft else {
            throw CoordinatorError(
                .wrongState,
                "the mailing “\(source.name)” of campaign “\(name)” is not started: there is nothing to remind of yet")
        }
        let selection = AudienceSelection(of: source.name, question.audience ?? .usual)
        try KnownEngagement(source, campaign).check(selection.filter, isUsual: question.audience == nil)
        return (selection, first)
    }
}

extension AudienceFilter {
    /// Whether it leaves out those that never got the earlier mailing, or says which of them are meant.
    fileprivate var asksWhoWasReached: Bool {
        !outcomes.isEmpty || !lastOutcomes.isEmpty || [opened, clicked, started, completed].contains(true)
    }
}

/// What can be known of what the contacts of a mailing did: a filter by anything else would leave everybody, or nobody.
private struct KnownEngagement {
    private let source: Mailing
    private let opens: Bool
    private let clicks: Bool
    /// Whether a link of any mailing of the campaign leads to the survey: an interview counts whatever message it came by.
    private let interviews: Bool

    init(_ source: Mailing, _ campaign: Campaign) throws {
        self.source = source
        let template = try MailingSettings(source).template
        opens = template.options?.trackOpens == true && template.html != nil
        clicks = template.options?.trackClicks == true && template.html != nil
        interviews = try campaign.mailings.contains { mailing in
            try mailing.state != .draft && MailingSettings(mailing).template.linksToSurvey
        }
    }

    /// - Parameter isUsual: Whether the filter is the usual one, which nobody asked for by name.
    /// - Throws: ``CoordinatorError`` when nothing is known of what the filter asks for.
    func check(_ filter: AudienceFilter, isUsual: Bool) throws {
        let what: String
        if filter.opened != nil, !opens {
            what = "“\(source.name)” does not track opens (--track-opens, with --html): who opened it is not known"
        } else if filter.clicked != nil, !clicks {
            what =
                "“\(source.name)” does not track clicks (--track-clicks, with --html): who followed a link is not known"
        } else if filter.started != nil || filter.completed != nil, !interviews {
            what =
                "no mailing of campaign “\(source.campaign)” has the link {{surveyLink}} (--survey-url), by which interviews are told: "
                + "who answered is not known"
        } else {
            return
        }
        let usual = isUsual ? "; usually a reminder is for those that are Sent and did not complete the survey" : ""
        throw CoordinatorError(
            .badInput, what + usual + "; say whom it is for in another way, such as --status Sent")
    }
}

extension MessageTemplate {
    /// Whether its messages have a link to the survey for each contact.
    fileprivate var linksToSurvey: Bool {
        options?.surveyURL != nil && [text, html ?? ""].contains { $0.contains("surveyLink") }
    }
}
