import Delivery
import Testing

@testable import MailMessage

@Suite("Codes and addresses in notices")
struct NoticeWordsTests {
    @Test(
        "a quoted reply is found among other words",
        arguments: [
            ("host mx.example.net[192.0.2.25] said: 550 5.1.1 <a@b.example>: unknown", 550, "5.1.1"),
            ("the other server returned: 450 450 4.2.2 Mailbox full", 450, "4.2.2"),
            ("Sorry, no mailbox here by that name. (#5.1.1)", 0, "5.1.1"),
            ("ERROR_CODE :550, ERROR_CODE :5.2.1 <a@b.example>... User Unknown", 550, "5.2.1"),
            ("with the error message: [554 5.4.6 Hop count exceeded]", 554, "5.4.6"),
            ("550-5.7.1 first line 550 5.7.1 second line", 550, "5.7.1"),
            ("553-sorry, no such domain", 553, nil), ("mailbox unavailable. [SMTP Error Code 550]", 550, nil),
            ("550 - Requested action not taken", 550, nil), ("554 Message rejected", 554, nil),
            ("said: 450 Messages are limited", 450, nil),
            // Amounts, addresses of hosts, times and identifiers are no replies.
            ("sent 450 messages of 550 bytes in 421 seconds", 0, nil), ("connect to 192.0.2.550: 5.1.1.1", 0, nil),
            ("id A550-ABC, order no.450", 0, nil), ("at 04:15:500", 0, nil), ("", 0, nil), ("55", 0, nil),
        ])
    func replies(text: String, code: Int, status: String?) {
        let reply = QuotedReply(in: Array(text.utf8)[...])
        #expect(reply.code == UInt16(code))
        #expect(reply.status?.description == status)
    }

    @Test("a transcript shows to which command a reply was given")
    func phases() {
        #expect(QuotedReply(in: Array(">>> MAIL FROM:<a@b.c> <<< 550 no".utf8)[...]).phase == .mail)
        #expect(QuotedReply(in: Array(">>> MAIL FROM:<a@b.c> >>> RCPT TO:<d@e.f> <<< 550 no".utf8)[...]).phase == .rcpt)
        #expect(QuotedReply(in: Array("550 no".utf8)[...]).phase == nil)
    }

    @Test(
        "addresses are found without what stands around them",
        arguments: [
            ("<ann@example.org>... User unknown", ["ann@example.org"]),
            ("ann@example.org... User", ["ann@example.org"]),
            ("to ann@example.org.", ["ann@example.org"]), ("(bob.@docomo.example)", ["bob.@docomo.example"]),
            ("'ann@example.org', \"bob\"@example.org", ["ann@example.org", "\"bob\"@example.org"]),
            ("ann+x=y@[192.0.2.1]", ["ann+x=y@[192.0.2.1]"]), ("<root@localhost>", ["root@localhost"]),
            ("root@localhost", []), ("http://user@example.org/", []), ("@example.org and ann@", []),
            ("dda:SMTP=ann@example.org;", ["ann@example.org"]), ("jörg@müller.example", ["jörg@müller.example"]),
        ])
    func addresses(line: String, addresses: [String]) {
        #expect(AddressFinder.addresses(in: Array(line.utf8)[...]).map(\.address) == addresses)
    }

    @Test(
        "a notice's form tells who is a recipient and who is not",
        arguments: [
            (["Contact <postmaster@example.net>", "", "<ann@example.org>: unknown"], ["ann@example.org"]),
            (
                ["Your mail could not be delivered to ann@example.org.", "", "Bob (bob@example.net)"],
                ["ann@example.org"]
            ),
            (["  a@example.org", "  b@example.org", "", "Both are unknown."], ["a@example.org", "b@example.org"]),
            (
                ["failed: a@example.org, b@example.org; c@example.org"],
                ["a@example.org", "b@example.org", "c@example.org"]
            ),
            (["Mail from survey@example.com was refused by ann@example.org"], []),
            (["Sorry, survey@example.com"], []),
            (["ann@example.org", "ANN@example.org"], ["ann@example.org"]),
        ])
    func recipients(lines: [String], expected: [String]) {
        let notice = BounceNotice(
            lines.map { Array($0.utf8)[...] }, named: [], own: ["survey@example.com"], limit: 10)
        #expect(notice.recipients.map(\.address) == expected)
    }
}
