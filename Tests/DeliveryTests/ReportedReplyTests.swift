import Delivery
import Testing

/// What bounce messages say in their Diagnostic-Code and Status, or in plain words: relays report another server's refusal in forms of their own.
@Suite("What relays report")
struct ReportedReplyTests {
    static let rows: [(rule: String, phase: DeliveryPhase, reply: String)] = [
        ("5m", .dsn, "smtp; 550 5.1.1 <bob@example.net>... User unknown"),
        (
            "5m", .dsn,
            "host mx.example.net[192.0.2.9] said: 550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown in local recipient table (in reply to RCPT TO command)"
        ),
        (
            "P1", .dsn,
            "4.0.0 host mx.example.net[192.0.2.9] refused to talk to me: 554 5.7.1 You are not allowed to connect"
        ),
        (
            "5h", .dsn,
            "host mx.example.net[192.0.2.9] said: 554 5.7.1 Message looks like spam (in reply to end of DATA command)"
        ),
        (
            "P1", .dsn,
            "host mx.example.net[192.0.2.9] refused to talk to me: 554-mx.example.net 554 Your access to this mail system has been rejected due to poor reputation"
        ),
        ("N1", .dsn, "4.4.1 connect to mx.example.net[192.0.2.9]:25: Connection timed out"),
        ("N1", .dsn, "retry timeout exceeded"),
        (
            "N1", .dsn,
            "all hosts for 'example.net' have been failing for a long time and were last tried after this message arrived: retry time exceeded"
        ),
        ("N1", .dsn, "4.4.7 Delivery time expired"),
        ("N1", .dsn, "message expired: unable to deliver in 840 minutes"),
        ("5m", .dsn, "SMTP error from remote mail server after RCPT TO:<bob@example.net>: 550 5.1.1 User unknown"),
        ("5h", .dsn, "SMTP error from remote mail server after end of data: 550 spam"),
        ("P5", .dsn, "Remote host said: 552 5.2.2 mailbox full"),
        ("5m", .dsn, "Remote_host_said:_550_5.1.1_unknown_user"),
        ("5m", .dsn, "192.0.2.9 does not like recipient. Remote host said: 550 no such user Giving up on 192.0.2.9."),
        (
            "5l", .dsn,
            "5.4.4 Host or domain name not found. Name service error for name=nowhere.example type=A: Host not found"
        ),
        ("5l", .dsn, "5.1.2 The recipient's domain does not exist"),
        ("5i", .dsn, "550 5.2.1 The account is disabled"),
        ("N1", .dsn, "It did not work."),
        ("P5", .dsn, "The recipient's mailbox is full."),
        ("5m", .dsn, "Unable to deliver: no such mailbox"),
        ("5l", .dsn, "Sorry, I couldn't find any host named nowhere.example. (#5.1.2)"),
        ("5m", .dsn, "550 Previous (cached) callout verification failure"),
        ("5m", .dsn, "Der Empfänger ist uns nicht bekannt."),
        ("5m", .dsn, "The following address had permanent fatal errors: no such user here"),
        ("P5", .dsn, "Delivery failed: the mailbox is over quota"),
        ("5i", .dsn, "The recipient's account has been closed"),
        ("5h", .dsn, "Your message was refused because it looked like spam"),
        ("N1", .dsn, "Delivery has been attempted for 5 days without success"),
        ("N1", .dsn, "Message has been in the queue too long"),
        ("N1", .dsn, "could not be delivered for more than 4 days"),
        ("5l", .dsn, "Unrouteable mail domain \"nowhere.example\""),
        ("P7", .dsn, "The message was too big for the recipient"),
        ("P1", .dsn, "host mx.example.net[192.0.2.1] refused to talk to me: 550 IP blocked"),
        ("5e", .dsn, "host mx.example.net said: 550 5.1.8 sender unknown (in reply to MAIL FROM command)"),
        ("5m", .dsn, "550 5.1.1 550 5.1.1 <bob@example.net> unknown (in reply to RCPT TO command)"),
        ("5m", .dsn, "Connected to 192.0.2.1 but recipient was rejected. Remote host said: 550 no such user"),
        ("5e", .dsn, "Connected to 192.0.2.1 but sender was rejected. Remote host said: 550 go away"),
        ("P1", .dsn, "Connected to 192.0.2.1 but greeting failed. Remote host said: 554 no"),
        ("4b", .dsn, "host mx.example.net[192.0.2.1] refused to talk to me: 421 4.3.2 too busy"),
    ]

    @Test("a report gets the rule of what it reports", arguments: rows)
    func rule(rule: String, phase: DeliveryPhase, reply: String) {
        #expect(OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: phase).rule == rule)
    }
}
