import Delivery
import Inbound
import MailMessage
import Testing

@Suite("From a message to events")
struct InboundSorterTests {
    private let sorter = InboundSorter(keys: Samples.keys)

    private func events(_ message: String, to addresses: [InboundAddress]) -> [InboundEvent] {
        sorter.sort(Array(message.utf8), to: addresses, at: Samples.time).events
    }

    @Test("a report to a return path is about its delivery, whatever it says of Message-ID and ENVID")
    func returnPath() throws {
        let stranger = EnvelopeID.text(of: Samples.other, key: Samples.key)
        let events = events(Samples.failure(envelopeID: stranger), to: [.returnPath(Samples.job)])
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.subject == .delivery(Samples.job))
        #expect(event.source == .bounce && event.phase == .dsn && event.time == Samples.time)
        #expect(event.classification.outcome == .bounced && event.classification.reason == .noSuchUser)
    }

    @Test("a message for two deliveries is an event for each, and one for each address that stands twice")
    func twoDeliveries() {
        let events = events(
            Samples.failure(),
            to: [.returnPath(Samples.job), .returnPath(Samples.other), .returnPath(Samples.job)])
        #expect(events.map(\.subject) == [.delivery(Samples.job), .delivery(Samples.other)])
        #expect(Set(events.map(\.id)).count == 2)
    }

    @Test("without a token in the address, the ENVID's token says whose it is")
    func envelopeID() {
        let mark = EnvelopeID.text(of: Samples.other, key: Samples.key)
        let message = Samples.failure(to: "fbl@bounce.example.org", envelopeID: mark)
        #expect(events(message, to: [.reports]).map(\.subject) == [.delivery(Samples.other)])
    }

    @Test("without any token there are clues, for each recipient its own, in the order in which they are believed")
    func clues() {
        let message = Samples.report(
            to: "fbl@bounce.example.org",
            recipients: [
                ("ann@example.net", "Ann@example.com", "5.1.1", "failed"), ("bob@example.net", nil, "5.2.2", "failed"),
            ])
        let events = events(message, to: [.reports])
        #expect(
            events.map(\.subject) == [
                .clues(
                    InboundClues(
                        messageID: "3.41.x@example.org", originalRecipient: "Ann@example.com",
                        recipient: "ann@example.net", returnedRecipient: "ann@example.net")),
                .clues(
                    InboundClues(
                        messageID: "3.41.x@example.org", recipient: "bob@example.net",
                        returnedRecipient: "ann@example.net")),
            ])
        #expect(Set(events.map(\.id)).count == 2)
    }

    @Test("the code in the Message-ID of the message that came back says whose it is, whoever is named")
    func messageIDCode() throws {
        let message = Samples.report(
            to: "fbl@bounce.example.org", recipients: [("bob@example.net", "bob@example.net", "5.1.1", "failed")],
            returnedTo: "bob@example.net", messageID: try Samples.messageID(of: Samples.other))
        #expect(events(message, to: [.reports]).map(\.subject) == [.delivery(Samples.other)])
        let complaint = Samples.complaint(
            returned: "Message-ID: \(try Samples.messageID(of: Samples.other))\nTo: hidden@provider.example\n\nHello\n")
        #expect(events(complaint, to: [.reports]).map(\.subject) == [.delivery(Samples.other)])
        // At a return path the token in the address comes first.
        #expect(
            events(message, to: [.returnPath(Samples.job)]).map(\.subject) == [.delivery(Samples.job)])
    }

    @Test("a code that somebody else made is a clue like any Message-ID, which the contact book does not believe")
    func forgedCode() throws {
        let id = try Samples.messageID(of: Samples.other, key: Samples.stranger)
        let message = Samples.report(
            to: "fbl@bounce.example.org", recipients: [("ann@example.net", nil, "5.1.1", "failed")], messageID: id)
        let clues = InboundClues(messageID: id, recipient: "ann@example.net", returnedRecipient: "ann@example.net")
        #expect(events(message, to: [.reports]).map(\.subject) == [.clues(clues)])
    }

    @Test("a complaint is about the message that it returns, by the token of its return path or of its link")
    func complaint() throws {
        let link = "https://example.org/u/\(Samples.key.text(ContactToken(.unsubscribe, job: Samples.job)))"
        for mark in ["Return-Path: <\(Samples.returnPath())>", "List-Unsubscribe: <\(link)>"] {
            let message = Samples.complaint(
                returned: "\(mark)\nFrom: s@example.org\nTo: hidden@provider.example\n\nHello\n")
            let event = try #require(events(message, to: [.reports]).first)
            #expect(event.subject == .delivery(Samples.job))
            #expect(event.source == .complaint && event.phase == .complaint)
            #expect(event.classification.outcome == .spam && event.classification.reason == .complaint)
        }
    }

    @Test("tokens of several deliveries in one message name none")
    func ambiguous() {
        let message = Samples.complaint(
            returned:
                "X-A: \(Samples.returnPath())\nX-B: \(Samples.returnPath(Samples.other))\nTo: ann@example.net\n\nHello\n"
        )
        let events = events(message, to: [.reports])
        #expect(events.map(\.subject) == [.clues(InboundClues(recipient: "ann@example.net"))])
    }

    @Test(
        "of several recipients of one message the contact's own counts, else the one that fared best",
        arguments: [
            // The address that the returned message bears.
            ([("bob@b.example", "failed", "5.1.1"), ("ann@example.net", "failed", "5.2.2")], Outcome.softBounced),
            // Members of an alias: one of them has it.
            ([("a@b.example", "failed", "5.1.1"), ("c@b.example", "relayed", "2.0.0")], .sent),
            ([("a@b.example", "failed", "5.1.1"), ("c@b.example", "failed", "5.2.2")], .softBounced),
        ])
    func severalRecipients(recipients: [(String, String, String)], outcome: Outcome) {
        let message = Samples.report(
            to: Samples.returnPath(), recipients: recipients.map { ($0.0, "ann@example.net", $0.2, $0.1) })
        let events = events(message, to: [.returnPath(Samples.job)])
        #expect(events.map(\.classification.outcome) == [outcome])
    }

    @Test("an absence notice to a return path is an event that changes nothing; a letter is none")
    func noReports() {
        let absence = events(Samples.absence, to: [.returnPath(Samples.job)])
        #expect(absence.map(\.source) == [.automaticReply])
        #expect(absence.map(\.classification.outcome) == [nil])
        #expect(events(Samples.letter, to: [.returnPath(Samples.job)]).isEmpty)
        #expect(events(Samples.letter, to: [.reports]).isEmpty)
        #expect(events(Samples.absence, to: [.reports]).isEmpty)
    }

    @Test("a notice that names nobody is about the delivery whose token it came to or whose Message-ID it returns")
    func unnamed() throws {
        let notice = """
            Return-Path: <>
            From: MAILER-DAEMON@mx.example.net
            Subject: Undeliverable message

            Your message could not be delivered: the mailbox is full.
            """
        let found = events(notice, to: [.returnPath(Samples.job)])
        #expect(found.map(\.subject) == [.delivery(Samples.job)])
        #expect(found.map(\.classification.outcome) == [.softBounced])
        #expect(found.map(\.classification.reason) == [.mailboxFull])
        #expect(events(notice, to: [.reports]).isEmpty)
        #expect(events(notice, to: [.unsubscribe(Samples.job)]).isEmpty)
        let returned =
            "\n--- Below this line is a copy of the message.\n\nMessage-ID: <\(try Samples.messageID(of: Samples.other))>\nSubject: Five questions\n\nHello\n"
        #expect(events(notice + returned, to: [.reports]).map(\.subject) == [.delivery(Samples.other)])
    }

    @Test("a mail to the address for leaving unsubscribes, written by a person or by a program; a bounce does not")
    func leaving() {
        let byPerson = "From: ann@example.net\nSubject: unsubscribe\n\n"
        let byProgram = "From: ann@example.net\nSubject: unsubscribe\nAuto-Submitted: auto-generated\n\n"
        for message in [byPerson, byProgram] {
            let events = events(message, to: [.unsubscribe(Samples.job)])
            #expect(events.map(\.source) == [.unsubscribe])
            #expect(events.map(\.subject) == [.delivery(Samples.job)])
            #expect(
                events.map(\.classification) == [Classification(outcome: .unsubscribed, reason: .optOut, rule: "U1")])
        }
        #expect(events(Samples.failure(), to: [.unsubscribe(Samples.job)]).map(\.source) == [.bounce])
    }

    @Test("who wrote it is known by the envelope: the same words without a return path are a bounce, with one a letter")
    func envelope() {
        let message = Array(
            "From: ann@example.net\nSubject: Your message\n\n<ann@example.net>: user unknown, returned to sender\n".utf8
        )
        func outcomes(from sender: String) -> [Outcome?] {
            let sorted = sorter.sort(message, from: sender, to: [.returnPath(Samples.job)], at: Samples.time)
            return sorted.events.map(\.classification.outcome)
        }
        #expect(outcomes(from: "") == [.bounced])
        #expect(outcomes(from: "ann@example.net") == [])
    }

    @Test("what a mailbox names several addresses of ours for is one event about one delivery")
    func severalAddresses() {
        let header = "Delivered-To: fbl@bounce.example.org\nX-Original-To: \(Samples.unsubscribeAddress())\n"
        let message = Array((header + Samples.failure()).utf8)
        let sorted = InboundSorter(keys: Samples.keys).sort(message, inMailboxOf: Samples.addresses, at: Samples.time)
        #expect(sorted.events.map(\.subject) == [.delivery(Samples.job)])
    }

    @Test("what came back of a test message concerns nobody")
    func testMessage() {
        let job = DeliveryJob.ID(mailing: MailingID(rawValue: MailingID.firstTest), ordinal: 0)
        #expect(events(Samples.failure(), to: [.returnPath(job)]).isEmpty)
        #expect(events("Subject: unsubscribe\n\n", to: [.unsubscribe(job)]).isEmpty)
    }

    @Test("in a mailbox the header says which address it came to")
    func mailbox() {
        let message = Array(("Delivered-To: \(Samples.returnPath())\n" + Samples.failure(to: "x@y.example")).utf8)
        let sorted = sorter.sort(message, inMailboxOf: Samples.addresses, at: Samples.time)
        #expect(sorted.events.map(\.subject) == [.delivery(Samples.job)])
        let forged = Array(Samples.failure(to: Samples.returnPath(key: Samples.stranger)).utf8)
        let clues = InboundClues(
            messageID: "3.41.x@example.org", recipient: "ann@example.net", returnedRecipient: "ann@example.net")
        #expect(
            sorter.sort(forged, inMailboxOf: Samples.addresses, at: Samples.time).events.map(\.subject) == [
                .clues(clues)
            ])
    }
}
