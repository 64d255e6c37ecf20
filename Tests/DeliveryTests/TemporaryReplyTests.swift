import Delivery
import Testing

@Suite("Replies of any class and temporary replies")
struct TemporaryReplyTests {
    static let anyClass: [ClassificationRow] = [
        .init("L4", .localFault, .auth, "535 5.7.8 Error: authentication failed: authentication failure"),
        .init("L4", .localFault, .auth, "530 5.7.0 Authentication Required"),
        .init("L4", .localFault, .auth, "538 5.7.11 Encryption required for requested authentication mechanism"),
        .init("L4", .localFault, .auth, "454 4.7.0 Temporary authentication failure: Connection lost to auth server"),
        .init("L4", .localFault, .mail, "530 5.7.0 Authentication required"),
        .init("L4", .localFault, .local, "template: unknown field 'voornaam'"),
        .init("D1", .noSuchDomain, .dns, "Host or domain name not found (NXDOMAIN)"),
        .init("D1", .noSuchDomain, .dns, "no MX and no address records for example.invalid"),
        .init("D2", .nullMX, .rcpt, "556 5.1.10 Recipient address has null MX"),
        .init("D2", .nullMX, .dns, "Domain does not accept mail (nullMX)"),
        .init(
            "D2", .nullMX, .rcpt,
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        .init("D3", .dnsTemporary, .dns, "SERVFAIL"),
        .init("D3", .dnsTemporary, .dns, "query timed out"),
        .init("D3", .dnsTemporary, .dns, "Host not found, try again"),
        .init("C1", .unreachable, .connect, "Connection refused"),
        .init("C1", .unreachable, .connect, "connect to mx.example.net[192.0.2.7]:25: Connection timed out"),
        .init("C2", .connectionLost, .rcpt, "lost connection with mx.example.net while sending RCPT TO"),
        .init("C2", .connectionLost, .data, "Connection reset by peer"),
        .init("C3", .inDoubt, .dot, "conversation timed out while sending end of data"),
        .init("T2", .tlsPolicy, .tls, "certificate verify failed: self-signed certificate"),
        .init("T2", .tlsPolicy, .tls, "454 4.7.0 TLS not available due to temporary reason"),
        .init(
            "P0", .senderBlocked, .connect,
            "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed."),
        .init("P1", .senderBlocked, .connect, "554 5.7.1 Service unavailable"),
        .init("P1", .senderBlocked, .connect, "554 mx.example.net ESMTP not accepting messages"),
        .init("P1", .senderBlocked, .ehlo, "550 5.7.1 Access denied"),
        .init("P1", .senderBlocked, .connect, "521 mail.example.net does not accept mail"),
        .init("P2", .noSuchUser, .rcpt, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
        .init("P2", .noSuchUser, .rcpt, "550 5.4.1 [user@example.com]: Recipient address rejected: Access denied"),
        .init(
            "P3", .rateLimited, .rcpt,
            "450-4.2.1 The user you are trying to contact is receiving mail too quickly.\n450-4.2.1 Please resend your "
                + "message at a later time. If the user is able to\n450 4.2.1 receive mail at that time, ok. - gsmtp"),
        .init(
            "P3", .rateLimited, .rcpt,
            "550-5.2.1 The user you are trying to contact is receiving mail at a rate that\n550-5.2.1 prevents "
                + "additional messages from being delivered."),
        .init("P3", .rateLimited, .connect, "421 4.7.0 Too many connections from your IP"),
        .init("P3", .rateLimited, .connect, "421 Too many concurrent SMTP connections; please try again later."),
        .init("P3", .rateLimited, .dot, "554 5.7.1 Rate limit exceeded"),
        .init("P3", .rateLimited, .mail, "450 4.7.1 Error: too much mail from 192.0.2.1"),
        .init("P3", .rateLimited, .dot, "550 Message frequency limited"),
        .init("P3", .rateLimited, .dot, "550 Connection frequency limited. http://service.mail.qq.com/cgi-bin/help"),
        .init(
            "P3", .rateLimited, .mail,
            "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation."),
        .init("P3", .rateLimited, .rcpt, "452 4.2.122 busy"),
        .init("P3", .rateLimited, .rcpt, "550 5.2.121 recipient's limit"),
        .init(
            "P3", .rateLimited, .connect,
            "421 mwinf5c04 ME Trop de connexions, veuillez verifier votre configuration. OFR_005"),
        .init(
            "P3", .rateLimited, .dot,
            "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating\n421 4.7.28 from your IP address."
        ),
        .init("P3", .rateLimited, .dot, "550 5.4.5 Daily user sending quota exceeded."),
        .init("P3", .rateLimited, .rcpt, "451 slow down, please"),
        .init("P4", .tooManyRecipients, .rcpt, "452 4.5.3 Error: too many recipients"),
        .init("P4", .tooManyRecipients, .rcpt, "552 Too many recipients"),
        .init("P4", .tooManyRecipients, .rcpt, "550 5.5.3 Recipient limit"),
        .init("P5", .mailboxFull, .rcpt, "552 5.2.2 <x@example.net>: user is over quota"),
        .init(
            "P5", .mailboxFull, .rcpt,
            "452-4.2.2 The email account that you tried to reach is over quota. Please direct\n452 4.2.2 the recipient to clear space."
        ),
        .init("P5", .mailboxFull, .rcpt, "452 4.2.2 The recipient's inbox is out of storage space. Please direct the"),
        .init("P5", .mailboxFull, .rcpt, "552 1 Requested mail action aborted, mailbox not found: mailbox full"),
        .init("P5", .mailboxFull, .dot, "554 5.2.2 mailbox full"),
        .init("P5", .mailboxFull, .dot, "552 Requested mail action aborted: exceeded storage allocation"),
        .init("P5", .mailboxFull, .rcpt, "550 Mailbox quota exceeded"),
        .init("P5", .mailboxFull, .rcpt, "450 4.2.2 Le mailbox est pleine: boîte aux lettres pleine"),
        .init("P5", .mailboxFull, .rcpt, "552 5.2.2 Casella piena"),
        .init("P5", .mailboxFull, .dot, "554 5.2.2 STOREDRV.Deliver; delivery result banner: QuotaExceeded"),
        .init("P5", .mailboxFull, .rcpt, "550 5.7.1 Benutzer hat das Speicherplatz-Limit erreicht"),
        .init("P6", .systemFull, .mail, "452 4.3.1 Insufficient system storage"),
        .init("P6", .systemFull, .dot, "452 Requested action not taken: insufficient system storage"),
        .init("P6", .systemFull, .dot, "451 4.3.0 Error: queue file write error"),
        .init("P6", .systemFull, .mail, "452 4.3.1 Insufficient system resources"),
        .init("P6", .systemFull, .dot, "554 5.3.1 disk full"),
        .init("P7", .tooBig, .mail, "552 5.3.4 Message size exceeds fixed limit"),
        .init("P7", .tooBig, .mail, "552 5.3.4 Message size exceeds fixed maximum message size"),
        .init("P7", .tooBig, .dot, "552-5.2.3 Your message exceeded Google's message size limits."),
        .init("P7", .tooBig, .dot, "523 the message is too large"),
        .init("P7", .tooBig, .dot, "554 Message is too big for the recipient"),
    ]

    static let temporary: [ClassificationRow] = [
        .init(
            "4a", .greylisted, .rcpt,
            "450 4.2.0 <x@example.net>: Recipient address rejected: Greylisted, see http://postgrey.example/help"),
        .init("4a", .greylisted, .rcpt, "451 4.7.1 Greylisting in action, please come back in 00:05:00"),
        .init(
            "4a", .greylisted, .rcpt,
            "450 4.1.1 <x@example.net>: Recipient address rejected: unverified address: Address verification in progress"
        ),
        .init("4a", .greylisted, .rcpt, "451 Graylisted, please come back later"),
        .init("4a", .greylisted, .rcpt, "450 4.7.1 Greylisted for 60 seconds"),
        .init("4a", .greylisted, .rcpt, "451 4.7.1 Please try again in 300 seconds"),
        .init("4b", .temporary, .connect, "421 mx.example.net Service not available, closing transmission channel"),
        .init("4b", .temporary, .rcpt, "421 4.3.0 collect: Cannot write"),
        .init("4b", .temporary, .dot, "451 4.3.0 Error: temporary problem"),
        .init("4b", .temporary, .mail, "453 4.3.2 System not accepting network messages"),
        .init("4b", .temporary, .dot, "451 4.7.0 Temporary server error. Please try again later. PRX4"),
        .init("4b", .temporary, .rcpt, "450 4.7.1 you may not"),
        .init("4b", .temporary, .rcpt, "451 4.4.1 connection to backend failed"),
        .init("4b", .temporary, .rcpt, "450 4.5.1 protocol hiccup"),
        .init(
            "4b", .rateLimited, .mail,
            "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints - 4.16.55.1"),
        .init("4b", .rateLimited, .dot, "450 4.7.28 hold on"),
        .init(
            "4b", .senderBlockedTemporarily, .rcpt,
            "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]"),
        .init(
            "4b", .senderBlockedTemporarily, .connect,
            "421 4.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org"),
        .init(
            "4b", .senderBlockedTemporarily, .dot,
            "451 4.7.26 Unauthenticated email is not accepted due to domain's DMARC policy"),
        .init("4b", .senderBlockedTemporarily, .dot, "450 This message looks like spam"),
        .init("4b", .temporary, .rcpt, "421 4.1.1 user unknown"),
        .init("4c", .mailboxUnavailable, .rcpt, "450 4.1.1 <x@example.net>: Recipient address rejected"),
        .init("4c", .mailboxUnavailable, .rcpt, "450 Requested mail action not taken: mailbox unavailable"),
        .init("4c", .mailboxUnavailable, .rcpt, "450 4.2.1 mailbox disabled for now"),
        .init("4c", .mailboxUnavailable, .rcpt, "451 user unknown"),
        .init(
            "4c", .mailboxUnavailable, .rcpt, "450 4.1.2 <x@example.net>: Recipient address rejected: Domain not found"),
        .init("4c", .mailboxUnavailable, .rcpt, "452 4.1.1 no such user here"),
        .init("4d", .temporary, .mail, "450 4.1.8 <a@example.org>: Sender address rejected: Domain not found"),
        .init("4d", .temporary, .mail, "450 4.1.7 <a@example.org>: Sender address rejected: unverified address"),
        .init("4d", .temporary, .dot, "451 Requested action aborted: local error in processing"),
        .init("4d", .temporary, .dot, "451 4.6.0 hm"),
        .init("4d", .temporary, .rcpt, "354 End data with <CR><LF>.<CR><LF>"),
        .init("4d", .temporary, .data, "503 5.5.1 Error: need RCPT command"),
        .init("4d", .temporary, .rcpt, "450 4.2.0 not now"),
        .init("4d", .temporary, .rcpt, "454 unknown error"),
    ]

    @Test("a reply of any class gets the rule and reason of its row", arguments: anyClass)
    func repliesOfAnyClass(row: ClassificationRow) {
        #expect(row.classification.rule == row.rule)
        #expect(row.classification.reason == row.reason)
    }

    @Test("a temporary reply gets the rule and reason of its row, and never a permanent outcome", arguments: temporary)
    func temporaryReplies(row: ClassificationRow) {
        #expect(row.classification.rule == row.rule)
        #expect(row.classification.reason == row.reason)
        #expect(row.classification.outcome?.isPermanent == false)
    }
}
