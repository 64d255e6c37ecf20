internal import Contacts
internal import Dashboard
internal import Delivery

/// A campaign as a few lines for people: how far, how fast, what became of whom, and why it waits.
struct CampaignPicture {
    private let campaign: APICampaign
    private let meter: RateMeter?

    /// Takes a campaign and, where it is watched, how fast it goes.
    init(_ campaign: APICampaign, meter: RateMeter? = nil) {
        self.campaign = campaign
        self.meter = meter
    }

    var lines: [String] {
        campaign.mailings.enumerated().flatMap { index, mailing in (index > 0 ? [""] : []) + lines(of: mailing) }
    }

    /// The same on one line, for logs and pipes.
    var line: String {
        campaign.mailings.map { mailing in
            let settled = mailing.outcomes.permanent
            var parts = [
                "\(campaign.campaign), \(mailing.name): \(mailing.state.rawValue)",
                "\(NumberText.share(settled, of: mailing.audience)), \(NumberText.grouped(settled)) of "
                    + "\(NumberText.grouped(mailing.audience)) settled\(speed(mailing))",
            ]
            let counts = Outcome.allCases.filter { mailing.outcomes[$0] > 0 }
                .map { "\($0.name) \(NumberText.grouped(mailing.outcomes[$0]))" }
            if !counts.isEmpty { parts.append(counts.joined(separator: ", ")) }
            if !mailing.responses.isEmpty { parts.append(ResponsesText.sentence(mailing.responses)) }
            if mailing.inDoubt > 0 { parts.append("\(NumberText.grouped(mailing.inDoubt)) in doubt") }
            if mailing.dead > 0 { parts.append("\(NumberText.grouped(mailing.dead)) dead") }
            if let reason = mailing.waitsFor { parts.append("waits: \(reason)") }
            return parts.joined(separator: "; ")
        }.joined(separator: " | ")
    }

    /// How many contacts of all mailings have a permanent outcome.
    static func settled(_ campaign: APICampaign) -> Int {
        campaign.mailings.reduce(0) { $0 + $1.outcomes.permanent }
    }

    private func lines(of mailing: APICampaign.Mailing) -> [String] {
        let settled = mailing.outcomes.permanent
        var lines = ["\(campaign.campaign), \(mailing.name): \(mailing.state.rawValue)"]
        lines.append(
            "[\(ProgressBar.text(settled, of: mailing.audience))] \(NumberText.share(settled, of: mailing.audience))  "
                + "\(NumberText.grouped(settled)) of \(NumberText.grouped(mailing.audience)) settled\(speed(mailing))")
        if let selection = mailing.selection {
            lines.append("to: \(AudienceText.words(selection.of, selection.filter))")
        }
        if let reason = mailing.waitsFor { lines.append("waits: \(reason)") }
        lines += Self.held(mailing, of: campaign.campaign)
        var table = Table("outcome", "contacts#", "share#", "")
        for outcome in Outcome.allCases where mailing.outcomes[outcome] > 0 {
            let count = mailing.outcomes[outcome]
            table.add(
                outcome.name, NumberText.grouped(count), NumberText.share(count, of: mailing.audience),
                String(ProgressBar.text(count, of: mailing.audience, width: 24).prefix { $0 == "█" }))
        }
        if !table.isEmpty { lines += table.lines }
        let licences = mailing.licences
        lines.append(
            "\(NumberText.grouped(mailing.attempts)) attempts; licences: \(NumberText.grouped(licences.charged)) charged, "
                + "\(NumberText.grouped(licences.reserved)) reserved, \(NumberText.grouped(licences.released)) released"
        )
        if !mailing.responses.isEmpty { lines.append(ResponsesText.sentence(mailing.responses)) }
        if let options = OptionsText.words(for: mailing.options) { lines.append("sent: \(options)") }
        return lines
    }

    /// What of a mailing waits for its owner's decision, and how to see it.
    static func held(_ mailing: APICampaign.Mailing, of campaign: String) -> [String] {
        let name = ShellWord.quoted(campaign)
        var lines: [String] = []
        if mailing.inDoubt > 0 {
            lines.append(
                "in doubt: \(NumberText.grouped(mailing.inDoubt)) held; see: postrider campaign in-doubt \(name)")
        }
        if mailing.dead > 0 {
            lines.append("dead: \(NumberText.grouped(mailing.dead)) held; see: postrider queue dead list \(name)")
        }
        return lines
    }

    private func speed(_ mailing: APICampaign.Mailing) -> String {
        guard !mailing.isOver, mailing.state != .draft, let meter, let rate = meter.rate else { return "" }
        var text = "  \(NumberText.rate(rate))"
        if let left = meter.timeLeft(for: mailing.audience - mailing.outcomes.permanent), left > .zero {
            text += "  about \(NumberText.duration(left)) left"
        }
        return text
    }
}
