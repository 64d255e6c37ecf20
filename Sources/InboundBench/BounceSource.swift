internal import Delivery
internal import MailMessage
internal import Synchronization

/// Makes the bounce messages, in the form and of the length that mail servers send, and counts what becomes of them.
final class BounceSource: Sendable {
    /// A message and where it goes.
    struct Bounce {
        var recipient: String
        var content: String
    }

    struct Counts {
        var next = 0
        var accepted = 0
        var refused = 0
    }

    private let keys: TokenKeys
    private let mailing: MailingID
    private let count: Int
    private let again: Int
    private let state = Mutex(Counts())

    init(keys: TokenKeys, mailing: UInt32, count: Int, again: Int) {
        self.keys = keys
        self.mailing = MailingID(rawValue: mailing)
        self.count = count
        self.again = again
    }

    var counts: Counts { state.withLock { $0 } }

    /// Whether there are messages that nobody has taken.
    var hasMore: Bool { state.withLock { $0.next < count + again } }

    /// The next message; `nil` when all have been taken.
    func next() -> Bounce? {
        let number = state.withLock { counts -> Int? in
            guard counts.next < count + again else { return nil }
            defer { counts.next += 1 }
            return counts.next
        }
        return number.map { message($0 % count) }
    }

    func decided(isAccepted: Bool) {
        state.withLock { counts in
            if isAccepted { counts.accepted += 1 } else { counts.refused += 1 }
        }
    }

    /// The message about one contact.
    func message(_ number: Int) -> Bounce {
        let job = DeliveryJob.ID(mailing: mailing, ordinal: UInt32(number))
        let recipient = ReturnPath.address(for: job, domain: "bounce.example.org", key: keys.current)
        return Bounce(recipient: recipient, content: Self.content(number, recipient))
    }

    private static func content(_ number: Int, _ address: String) -> String {
        let contact = "ok.\(number + 1)@site\((number + 1) % 50).example"
        let lines = """
            Received: by mx.site.example (Example)
            \tid 4QK\(number); Thu, 26 Nov 2026 10:00:00 +0000 (UTC)
            Date: Thu, 26 Nov 2026 10:00:00 +0000 (UTC)
            From: MAILER-DAEMON@mx.site.example (Mail Delivery System)
            Subject: Undelivered Mail Returned to Sender
            To: \(address)
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status;
            \tboundary="4QK\(number).1795687200/mx.site.example"
            Message-Id: <\(number).4QK@mx.site.example>

            This is a MIME-encapsulated message.

            --4QK\(number).1795687200/mx.site.example
            Content-Description: Notification
            Content-Type: text/plain; charset=us-ascii

            This is the mail system at host mx.site.example.

            I'm sorry to have to inform you that your message could not
            be delivered to one or more recipients. It's attached below.

            For further assistance, please send mail to postmaster.

            <\(contact)>: host mail.site.example[192.0.2.25] said: 550 5.1.1
                <\(contact)>: Recipient address rejected: User unknown in virtual
                mailbox table (in reply to RCPT TO command)

            --4QK\(number).1795687200/mx.site.example
            Content-Description: Delivery report
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.site.example
            X-Example-Queue-ID: 4QK\(number)
            Arrival-Date: Thu, 26 Nov 2026 09:59:58 +0000 (UTC)

            Final-Recipient: rfc822; \(contact)
            Original-Recipient: rfc822;\(contact)
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; mail.site.example
            Diagnostic-Code: smtp; 550 5.1.1 <\(contact)>: Recipient address
                rejected: User unknown in virtual mailbox table

            --4QK\(number).1795687200/mx.site.example
            Content-Description: Undelivered Message Headers
            Content-Type: text/rfc822-headers

            Return-Path: <\(address)>
            Received: from worker.example.org (worker.example.org [192.0.2.7])
            \tby mx.site.example (Example) with ESMTPS id 4QK\(number)
            \tfor <\(contact)>; Thu, 26 Nov 2026 09:59:58 +0000 (UTC)
            From: Bench <bench@postrider.example>
            To: \(contact)
            Subject: Points for Ada \(number + 1)
            Date: Thu, 26 Nov 2026 09:59:57 +0000
            Message-ID: <1.\(number).bench@postrider.example>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            --4QK\(number).1795687200/mx.site.example--

            """
        return lines.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }
}
