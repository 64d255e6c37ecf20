import Delivery
import Inbound
import MailMessage

/// Keys, deliveries and messages of the tests.
enum Samples {
    static let keys = keys(secret: 1)
    static let key = keys.current
    /// Another deployment's, with the same id.
    static let stranger = keys(secret: 2).current
    static let domain = "bounce.example.org"
    static let job = DeliveryJob.ID(mailing: MailingID(rawValue: 3), ordinal: 41)
    static let other = DeliveryJob.ID(mailing: MailingID(rawValue: 3), ordinal: 42)
    static let time = UnixTime(milliseconds: 1_795_000_000_000)
    static let addresses = InboundAddresses(
        keys: keys, domains: [domain], reports: ["fbl@bounce.example.org"])

    private static func keys(secret: UInt8) -> TokenKeys {
        do {
            return try TokenKeys([TokenKey(id: 7, secret: Array(repeating: secret, count: 32))])
        } catch {
            preconditionFailure("32 bytes are a key: \(error)")
        }
    }

    static func returnPath(_ job: DeliveryJob.ID = job, key: TokenKey = key) -> String {
        ReturnPath.address(for: job, domain: domain, key: key)
    }

    static func unsubscribeAddress(_ job: DeliveryJob.ID = job) -> String {
        UnsubscribeAddress.address(for: job, domain: domain, key: key)
    }

    /// The Message-ID of a message that carries tokens, without brackets.
    static func messageID(of job: DeliveryJob.ID, key: TokenKey = key) throws -> String {
        var template = MessageTemplate(
            from: MailboxField(address: "s@example.org"), subject: "Hello", text: "Hello\n", options: MessageOptions())
        template.options?.bounceDomain = domain
        return String(try CompiledMessage(template, tokenKey: key).messageID(of: job).dropFirst().dropLast())
    }

    /// A report (RFC 3464) about recipients, each with its status and the address that it was first sent to.
    static func report(
        to address: String, recipients: [(address: String, original: String?, status: String, action: String)],
        envelopeID: String? = nil, returnedTo: String = "ann@example.net", messageID: String? = "3.41.x@example.org"
    ) -> String {
        let groups = recipients.map { recipient in
            (recipient.original.map { "Original-Recipient: rfc822;\($0)\n" } ?? "")
                + "Final-Recipient: rfc822; \(recipient.address)\nAction: \(recipient.action)\nStatus: \(recipient.status)\n"
        }
        return """
            From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
            To: \(address)
            Subject: Undelivered Mail Returned to Sender
            Date: Thu, 26 Nov 2026 10:00:00 +0000
            Message-ID: <report@mx.example.net>
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="b"

            --b
            Content-Type: text/plain

            The mail system could not deliver your message.

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.net
            \(envelopeID.map { "Original-Envelope-Id: \($0)\n" } ?? "")
            \(groups.joined(separator: "\n"))
            --b
            Content-Type: text/rfc822-headers

            From: Survey <s@example.org>
            To: \(returnedTo)
            \(messageID.map { "Message-ID: <\($0)>" } ?? "X-Nothing: here")
            Subject: Hello

            --b--
            """
    }

    static func failure(
        to address: String = returnPath(), of recipient: String = "ann@example.net", envelopeID: String? = nil
    ) -> String {
        report(to: address, recipients: [(recipient, nil, "5.1.1", "failed")], envelopeID: envelopeID)
    }

    static func complaint(returned: String) -> String {
        """
        From: <feedback@provider.example>
        To: <fbl@bounce.example.org>
        Subject: FW: Hello
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="c"

        --c
        Content-Type: text/plain

        This is a complaint.
        --c
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: Provider/1
        Version: 1

        --c
        Content-Type: message/rfc822

        \(returned)
        --c--
        """
    }

    static let letter = "From: Ann <ann@example.net>\nTo: \(returnPath())\nSubject: Re: Hello\n\nWho are you?\n"
    static let absence =
        "From: Ann <ann@example.net>\nTo: \(returnPath())\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nI am away.\n"
}
