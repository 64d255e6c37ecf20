import Delivery
import Testing

@Suite("Permanent replies")
struct PermanentReplyTests {
    static let sender: [ClassificationRow] = [
        .init("5a", .virusOrAttachment, .dot, "554 5.7.1 Message contains a virus (Eicar-Test-Signature)"),
        .init(
            "5a", .virusOrAttachment, .dot,
            "552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 security issue."),
        .init("5a", .virusOrAttachment, .dot, "550 Banned attachment: setup.exe"),
        .init(
            "5a", .virusOrAttachment, .dot,
            "554 5.6.1 Attachments of this type are not allowed: attachment .scr not accepted"),
        .init("5a", .virusOrAttachment, .dot, "550 This message has been rejected: malware detected"),
        .init("5b", .urlListed, .dot, "554 5.7.1 Message blocked: URL listed by SURBL"),
        .init("5b", .urlListed, .dot, "550 5.7.1 rejected, see https://www.spamhaus.org/query/dbl?domain=example.org"),
        .init("5b", .urlListed, .dot, "554 5.7.1 contains a link found at multi.uribl.com"),
        .init("5b", .urlListed, .mail, "554 5.7.1 Sender domain blocked using dbl.spamhaus.org"),
        .init(
            "5c", .senderAuthentication, .dot,
            "550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's\n550 5.7.26 DMARC policy."
        ),
        .init("5c", .senderAuthentication, .mail, "550 5.7.23 SPF validation failed"),
        .init(
            "5c", .senderAuthentication, .dot,
            "550 5.7.515 Access denied, sending domain does not meet the required authentication level."),
        .init(
            "5c", .senderAuthentication, .dot,
            "550-5.7.25 The IP address sending this message does not have a PTR record setup"),
        .init(
            "5c", .senderAuthentication, .rcpt, "550 5.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]"
        ),
        .init(
            "5c", .senderAuthentication, .dot, "554 5.7.9 Message not accepted for policy reasons. DKIM check failed"),
        .init("5c", .senderAuthentication, .dot, "550 5.7.20 no passing signature"),
        .init("5c", .senderAuthentication, .dot, "550 5.7.29 chain broken"),
        .init("5c", .senderAuthentication, .dot, "554 Reject due to SPF policy"),
        .init("5c", .senderAuthentication, .dot, "550 Spoofed mail is not accepted"),
        .init("5c", .senderAuthentication, .rcpt, "550 4.7.26 refused"),
        .init("5d", .mailFlood, .dot, "550 5.7.28 Mail flood detected"),
        .init("5e", .senderRejected, .mail, "550 5.1.7 <a@b>: bad address"),
        .init(
            "5e", .senderRejected, .mail,
            "553 5.1.8 <a@example.org>... Domain of sender address a@example.org does not exist"),
        .init("5e", .senderRejected, .rcpt, "550 5.7.27 null mx for the sender"),
        .init("5e", .senderRejected, .rcpt, "550 5.1.0 <a@example.org> sender rejected : Sender rejected"),
        .init("5e", .senderRejected, .rcpt, "554 5.7.1 <a@example.org>: Sender address rejected: Access denied"),
        .init("5e", .senderRejected, .mail, "550 Sender verify failed"),
        .init("5e", .senderRejected, .mail, "550 5.1.0 Address rejected"),
        .init(
            "5f", .senderBlocked, .rcpt,
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),
        .init("5f", .senderBlocked, .rcpt, "554 5.7.1 client host blocked using a block list"),
        .init(
            "5f", .senderBlocked, .mail,
            "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150)."
        ),
        .init("5f", .senderBlocked, .mail, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]"),
        .init("5f", .senderBlocked, .rcpt, "550 5.7.511 Access denied, contact delist"),
        .init(
            "5f", .senderBlocked, .rcpt,
            "550 5.7.1 refused, see https://check.spamhaus.org/listed/?searchterm=192.0.2.1"),
        .init(
            "5f", .senderBlocked, .dot,
            "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation."),
        .init("5f", .senderBlocked, .rcpt, "550 5.7.1 Mail from 192.0.2.1 blocked for spam"),
        .init("5f", .senderBlocked, .rcpt, "550 IP address is blacklisted"),
        .init("5f", .senderBlocked, .rcpt, "553 5.3.0 192.0.2.1 DNSBL:RBL 521< 192.0.2.1 >_is_blocked"),
        .init(
            "5g", .malformedMessage, .dot,
            "550-5.7.1 This message is not RFC 5322 compliant. There are multiple Subject headers."),
        .init("5g", .malformedMessage, .dot, "554 5.6.0 could not decode"),
        .init("5g", .malformedMessage, .dot, "550 5.7.1 Messages missing a valid From header are not accepted"),
        .init("5g", .malformedMessage, .dot, "550 Message contains bare LF"),
        .init("5g", .malformedMessage, .rcpt, "553 5.6.7 SMTPUTF8 is required"),
        .init("5h", .spamContent, .dot, "554 5.7.1 Message rejected as spam by content filter"),
        .init(
            "5h", .spamContent, .dot, "550-5.7.1 Our system has detected that this message is likely unsolicited mail."),
        .init("5h", .spamContent, .dot, "550 5.7.1 suspicious due to the very low reputation of the sending domain"),
        .init("5h", .spamContent, .dot, "550 High probability of spam"),
        .init("5h", .spamContent, .rcpt, "550 5.7.1 This is junk"),
        .init("5h", .senderBlocked, .mail, "550 5.7.1 You send spam"),
        .init("5h", .senderBlocked, .mail, "554 unsolicited mail is not welcome"),
        .init("5h", .spamContent, .dsn, "554 5.7.1 Message looks like unsolicited bulk mail"),
    ]

    static let recipient: [ClassificationRow] = [
        .init("5i", .mailboxDisabled, .rcpt, "550-5.2.1 The email account that you tried to reach is disabled."),
        .init("5i", .mailboxDisabled, .rcpt, "550 5.2.1 no"),
        .init("5i", .mailboxDisabled, .rcpt, "554 delivery error: dd This mailbox is disabled (554.30)"),
        .init("5i", .mailboxDisabled, .rcpt, "550 5.1.1 account has been suspended"),
        .init("5i", .mailboxDisabled, .rcpt, "550 5.7.13 closed"),
        .init("5i", .mailboxDisabled, .rcpt, "550 Mailbox is frozen"),
        .init("5i", .mailboxDisabled, .rcpt, "550 user inactive"),
        .init("5j", .moved, .rcpt, "551 5.1.6 User has moved; please try <new@example.com>"),
        .init("5j", .moved, .rcpt, "551 User not local; please try <x@example.com>"),
        .init("5j", .moved, .rcpt, "550 5.7.17 mailbox owner has changed"),
        .init("5j", .moved, .rcpt, "550 5.7.18 domain owner has changed"),
        .init("5j", .moved, .rcpt, "550 5.1.6 gone elsewhere"),
        .init("5k", .relayDenied, .rcpt, "554 5.7.1 <x@example.net>: Relay access denied"),
        .init("5k", .relayDenied, .rcpt, "550 5.7.1 Unable to relay"),
        .init("5k", .relayDenied, .rcpt, "550 relay not permitted"),
        .init("5k", .relayDenied, .rcpt, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        .init("5k", .relayDenied, .rcpt, "550 5.7.1 Relaying denied"),
        .init("5l", .noSuchDomain, .rcpt, "550 5.1.2 <x@example.net>: Recipient address rejected: Domain not found"),
        .init("5l", .noSuchDomain, .rcpt, "550 Host unknown"),
        .init("5l", .noSuchDomain, .rcpt, "550 5.4.4 Invalid domain"),
        .init("5l", .noSuchDomain, .rcpt, "550 No such domain at this location"),
        .init(
            "5m", .noSuchUser, .rcpt,
            "550 5.1.1 <x@example.net>: Recipient address rejected: User unknown in virtual mailbox table"),
        .init(
            "5m", .noSuchUser, .rcpt,
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces. - gsmtp"
        ),
        .init("5m", .noSuchUser, .rcpt, "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)"),
        .init("5m", .noSuchUser, .rcpt, "550 Requested action not taken: mailbox unavailable"),
        .init(
            "5m", .noSuchUser, .dot,
            "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]"),
        .init("5m", .noSuchUser, .rcpt, "550 No such user here"),
        .init("5m", .noSuchUser, .rcpt, "550 Unrouteable address"),
        .init("5m", .noSuchUser, .rcpt, "511 sorry, no mailbox here by that name (#5.1.1 - chkuser)"),
        .init("5m", .noSuchUser, .rcpt, "550 #5.1.0 Address rejected."),
        .init("5m", .noSuchUser, .rcpt, "501 5.1.3 Bad recipient address syntax"),
        .init("5m", .noSuchUser, .rcpt, "553 5.3.0 <x@example.net>... Addressee unknown"),
        .init("5m", .noSuchUser, .rcpt, "553 Requested action not taken: mailbox name not allowed"),
        .init("5m", .noSuchUser, .rcpt, "501 Bad address"),
        .init("5m", .noSuchUser, .rcpt, "550 Benutzer unbekannt"),
        .init(
            "5m", .noSuchUser, .rcpt,
            "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416"),
        .init("5m", .noSuchUser, .rcpt, "550 Utente sconosciuto"),
        .init("5m", .noSuchUser, .rcpt, "550 El usuario no existe"),
        .init("5m", .noSuchUser, .rcpt, "550 User foo (foo@example.net) not listed in Domino Directory"),
        .init("5m", .noSuchUser, .rcpt, "550 Mailbox not found"),
        .init("5m", .noSuchUser, .rcpt, "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550"),
        .init(
            "5m", .noSuchUser, .rcpt,
            "550 Message was not accepted -- invalid mailbox. Local mailbox x@mail.ru is unavailable: user not found"),
        .init("5m", .noSuchUser, .dsn, "5.1.1 User unknown"),
        .init("5m", .noSuchUser, .dsn, "The user you wrote to: no such user"),
        .init("5m", .noSuchUser, .rcpt, "550 Пользователь не найден"),
        .init("5n", .policy, .rcpt, "550 5.7.1 Recipient address rejected: Blocked by policy"),
        .init("5n", .policy, .dot, "550 5.7.0 Local policy violation"),
        .init(
            "5n", .policy, .rcpt,
            "550-Requested action not taken: mailbox unavailable\n550 Reject due to policy restrictions."),
        .init("5n", .policy, .dot, "554 Email rejected due to security policies"),
        .init("5n", .policy, .rcpt, "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"),
        .init("5n", .policy, .rcpt, "550 Administrative prohibition"),
        .init("5n", .policy, .dot, "554 5.7.1 no"),
        .init("5o", .protocolError, .dot, "554 5.4.6 Hop count exceeded - possible mail loop"),
        .init("5o", .protocolError, .mail, "501 5.5.4 Syntax: MAIL FROM:<address>"),
        .init("5o", .protocolError, .data, "500 5.5.2 Error: command not recognized"),
        .init("5o", .protocolError, .data, "502 Command not implemented"),
        .init("5o", .protocolError, .mail, "555 5.5.4 Unsupported option: FOO"),
        .init("5p", .otherPermanent, .dot, "554 Transaction failed"),
        .init("5p", .otherPermanent, .dot, "550 5.0.0 hm"),
        .init("5p", .otherPermanent, .dot, "571 Delivery failed"),
    ]

    @Test("what is said about the sender or the message gets the rule and reason of its row", arguments: sender)
    func senderReplies(row: ClassificationRow) {
        #expect(row.classification.rule == row.rule)
        #expect(row.classification.reason == row.reason)
        #expect(row.classification.outcome?.isPermanent == true)
    }

    @Test("what is said about the recipient gets the rule and reason of its row", arguments: recipient)
    func recipientReplies(row: ClassificationRow) {
        #expect(row.classification.rule == row.rule)
        #expect(row.classification.reason == row.reason)
        #expect(row.classification.outcome?.isPermanent == true)
    }
}
