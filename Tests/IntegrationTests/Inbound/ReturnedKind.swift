import Foundation

/// One kind of mail that comes back of a campaign, as real servers and people write it, and where it must end.
struct ReturnedKind: Sendable {
    /// The address that it is sent to.
    enum Destination: Sendable {
        case returnPath, unsubscribe, complaints
    }

    var name: String
    /// The address in MAIL FROM; a program leaves it empty.
    var sender = ""
    var destination = Destination.returnPath
    /// The message; TOKEN stands for the contact's return path, CONTACT for the address.
    var message: String
    /// The contact's status afterwards.
    var status: String
    /// The reason in the last line of the history; `nil` when there is no line but that it was sent.
    var reason: String?

    private static let person = "ann@home.example"

    /// A delivery report (RFC 3464) whose recipients are written as `address action status`.
    private static func report(_ recipients: [String], diagnostic: String = "", returned: String = "") -> String {
        let groups = recipients.map { recipient in
            let words = recipient.split(separator: " ")
            return "Final-Recipient: rfc822; \(words[0])\nAction: \(words[1])\nStatus: \(words[2])\n\(diagnostic)\n"
        }
        return """
            Received: from mx.site.example (mx.site.example [192.0.2.7]) by mx1.example.org with ESMTPS
            From: Mail Delivery System <MAILER-DAEMON@mx.site.example>
            To: TOKEN
            Subject: Undelivered Mail Returned to Sender
            Date: Thu, 26 Nov 2026 10:00:00 +0000
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="b"

            --b
            Content-Type: text/plain; charset=us-ascii

            This is the mail system at host mx.site.example.

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.site.example

            \(groups.joined())
            --b
            Content-Type: text/rfc822-headers

            \(returned)From: Survey <survey@example.org>
            To: CONTACT
            Subject: Hello

            --b--

            """
    }

    private static func complaint(returned: String) -> String {
        """
        From: <staff@provider.example>
        To: <fbl@bounce.example.org>
        Subject: FW: Hello
        Date: Thu, 26 Nov 2026 10:00:00 +0000
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="c"

        --c
        Content-Type: text/plain

        This is an email abuse report for an email message received from IP 192.0.2.1.

        --c
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: SomeGenerator/1.0
        Version: 1

        --c
        Content-Type: message/rfc822

        \(returned)From: Survey <survey@example.org>
        Subject: Hello

        Hi
        --c--

        """
    }

    /// A notice of no standard in which no recipient is named.
    private static let namelessNotice = """
        From: MAILER-DAEMON@mail.site.example
        To: TOKEN
        Subject: Delivery failure
        Date: Thu, 26 Nov 2026 10:00:00 +0000

        Your message could not be delivered.
        The reason: 550 5.1.1 User unknown; there is no such mailbox here.

        """

    static let all: [ReturnedKind] = [
        .init(
            name: "no such user", message: report(["CONTACT failed 5.1.1"]), status: "Bounced", reason: "no_such_user"),
        .init(
            name: "a full mailbox",
            message: report(
                ["CONTACT failed 5.2.2"], diagnostic: "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n"),
            status: "Soft Bounced", reason: "mailbox_full"),
        .init(name: "a delay", message: report(["CONTACT delayed 4.4.1"]), status: "Sent", reason: "delayed"),
        .init(name: "delivered", message: report(["CONTACT delivered 2.0.0"]), status: "Sent", reason: "delivered"),
        .init(
            name: "several recipients, and the contact's own failed",
            message: report(["bob@site.example relayed 2.0.0", "CONTACT failed 5.1.1", "eve@site.example failed 5.2.2"]
            ),
            status: "Bounced", reason: "no_such_user"),
        .init(
            name: "several recipients to the complaints address, and the token in what is returned",
            destination: .complaints,
            message: report(
                ["bob@site.example failed 5.2.2", "CONTACT failed 5.1.1"], returned: "Return-Path: <TOKEN>\n"),
            status: "Bounced", reason: "no_such_user"),
        .init(name: "a notice that names nobody", message: namelessNotice, status: "Bounced", reason: "no_such_user"),
        .init(
            name: "the same words from a person", sender: person,
            message: namelessNotice.replacingOccurrences(of: "MAILER-DAEMON@mail.site.example", with: person)
                .replacingOccurrences(of: "Delivery failure", with: "Re: Hello"),
            status: "Sent"),
        .init(
            name: "a letter", sender: person,
            message:
                "From: Ann <\(person)>\nTo: TOKEN\nSubject: Re: Hello\nIn-Reply-To: <x@example.org>\n\nWho are you?\n",
            status: "Sent"),
        .init(
            name: "an absence notice",
            message:
                "From: CONTACT\nTo: TOKEN\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n",
            status: "Sent"),
        .init(
            name: "an absence notice with a sender", sender: person,
            message:
                "From: CONTACT\nTo: TOKEN\nSubject: Automatic reply: Hello\nX-Auto-Response-Suppress: All\n\nI am away.\n",
            status: "Sent"),
        .init(
            name: "a complaint with a token", message: complaint(returned: ""), status: "Spam", reason: "complaint"),
        .init(
            name: "a complaint without", destination: .complaints,
            message: complaint(returned: "Return-Path: <TOKEN>\n"),
            status: "Spam", reason: "complaint"),
        .init(
            name: "a mail by which somebody leaves", sender: person, destination: .unsubscribe,
            message: "From: Ann <\(person)>\nSubject: unsubscribe\n\n", status: "Unsubscribed", reason: "opt_out"),
        .init(
            name: "a mail program that leaves for somebody", destination: .unsubscribe,
            message: "From: CONTACT\nSubject: unsubscribe\nAuto-Submitted: auto-generated\n\n", status: "Unsubscribed",
            reason: "opt_out"),
        .init(
            name: "a bounce to the address for leaving", destination: .unsubscribe,
            message: report(["CONTACT failed 5.1.1"]), status: "Bounced", reason: "no_such_user"),
    ]
}
