internal import ArgumentParser
internal import Contacts
internal import Dashboard
internal import Delivery

/// `postrider contacts show`: everything that is known of an address.
struct ContactsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a contact's lists, statuses and whole history.",
        discussion: """
            Each line of the history has the time (UTC), the outcome, the reason, the attempt and the server's reply.

            Example:
              postrider contacts show ann@example.org
            """)

    @Argument(help: "The contact's address.")
    var address: String

    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let history: ContactHistory = try await client.withClient { try await $0.get(APIRoute.contact(address)) }
        try format.print(ContactHistoryLine(history)) { Self.text(history) }
    }

    private static func text(_ history: ContactHistory) -> String {
        var lines = [history.address]
        if let suppression = history.suppression {
            lines.append(
                "suppressed as \(suppression.outcome) (\(suppression.reason)) since \(TimeText.short(suppression.addedAt))"
            )
        }
        lines.append("")
        var table = Table("list", "status", "fields")
        for contact in history.contacts {
            let fields = contact.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            table.add(contact.list, contact.lastStatus ?? "-", fields.joined(separator: " "))
        }
        lines += table.lines
        for contact in history.contacts {
            if let problem = contact.problem { lines.append("\(contact.list): the address cannot be used: \(problem)") }
        }
        for delivery in history.deliveries {
            lines.append("")
            lines.append(
                "\(delivery.campaign), \(delivery.mailing): \(delivery.status) (\(delivery.reason)), "
                    + "\(delivery.attempts) attempt\(delivery.attempts == 1 ? "" : "s")")
            if let kind = delivery.held {
                let name = ShellWord.quoted(delivery.campaign)
                lines.append(
                    kind == .inDoubt
                        ? "in doubt: held; see postrider campaign in-doubt \(name)"
                        : "dead: held; see postrider queue dead list \(name)")
            }
            if let engagement = delivery.engagement { lines.append(words(engagement)) }
            var events = Table("time", "outcome", "reason", "attempt#", "reply")
            for event in delivery.events {
                events.add(
                    TimeText.short(event.time), event.outcome, event.reason,
                    event.attempt == 0 ? "-" : String(event.attempt),
                    event.reply.replacing("\n", with: " / "))
            }
            lines += events.lines
        }
        if history.deliveries.isEmpty { lines += ["", "no mailing has gone to this address yet"] }
        return lines.joined(separator: "\n")
    }
}

extension ContactsShow {
    /// What a contact did with its message.
    private static func words(_ engagement: Engagement) -> String {
        func times(_ count: Int) -> String { count == 1 ? "once" : "\(NumberText.grouped(count)) times" }
        var parts: [String] = []
        if let first = engagement.firstOpened {
            parts.append("opened \(times(engagement.opens)), first \(TimeText.short(first))")
        }
        if let first = engagement.firstClicked {
            parts.append("clicked \(times(engagement.clicks)), first \(TimeText.short(first))")
        }
        if let started = engagement.started { parts.append("interview started \(TimeText.short(started))") }
        if let completed = engagement.completed { parts.append("completed \(TimeText.short(completed))") }
        return parts.joined(separator: "; ")
    }
}

/// A contact's history as it is printed for programs.
struct ContactHistoryLine: Encodable {
    /// One change of status.
    struct Event: Encodable {
        var time: String
        var campaign: String
        var mailing: String
        var outcome: String
        var reason: String
        var rule: String
        var phase: String
        var attempt: Int
        var reply: String
    }

    var address: String
    var status: String?
    var contacts: [ContactLine]
    var suppression: Suppression?
    /// Of all mailings, the oldest first.
    var history: [Event]
    var deliveries: [DeliveryHistory]

    init(_ history: ContactHistory) {
        address = history.address
        status = history.contacts.first?.lastStatus
        contacts = history.contacts.map(ContactLine.init)
        suppression = history.suppression
        self.history = history.deliveries.flatMap { delivery in
            delivery.events.map { event in
                Event(
                    time: event.time, campaign: delivery.campaign, mailing: delivery.mailing, outcome: event.outcome,
                    reason: event.reason, rule: event.rule, phase: event.phase, attempt: event.attempt,
                    reply: event.reply)
            }
        }
        deliveries = history.deliveries
    }
}
