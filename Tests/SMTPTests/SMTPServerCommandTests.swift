import Testing

@testable import SMTP

@Suite("Reading command lines")
struct SMTPServerCommandTests {
    private func parse(_ line: String) -> SMTPServerCommand {
        var parser = SMTPServerCommandParser()
        return Array(line.utf8).withUnsafeBytes { parser.parse($0) }
    }

    @Test(
        "verbs in any letter case, with their arguments",
        arguments: [
            ("EHLO a.example", .ehlo("a.example")), ("ehlo [127.0.0.1] ", .ehlo("[127.0.0.1]")), ("HELO a", .helo("a")),
            ("DATA", .data), ("data ", .data), ("RSET", .reset), ("NOOP anything", .noop), ("VRFY anna", .verify),
            ("HELP", .help), ("QUIT", .quit), ("BDAT 0 LAST", .chunk(size: 0, isLast: true)),
            ("bdat 12", .chunk(size: 12, isLast: false)), ("BDAT 1000000 last", .chunk(size: 1_000_000, isLast: true)),
            ("RCPT TO:<a@b.example>", .recipient("a@b.example")),
            ("rcpt to: <a@b.example> ", .recipient("a@b.example")),
            ("RCPT TO:<\"a>b\\\"c\"@d.example>", .recipient("\"a>b\\\"c\"@d.example")),
            ("RCPT TO:<@x,@y:a@b.example>", .recipient("a@b.example")),
            ("RCPT TO:a@b.example", .recipient("a@b.example")),
            ("MAIL FROM:<>", .mail("", .init())), ("MAIL FROM:<a@b>", .mail("a@b", .init())),
            ("mail from:<a@b> size=100 BODY=8bitmime", .mail("a@b", .init(size: 100))),
            ("MAIL FROM:<ä@b> SMTPUTF8 BODY=7BIT", .mail("ä@b", .init(isUTF8: true))),
        ] as [(String, SMTPServerCommand)])
    func good(_ line: String, _ command: SMTPServerCommand) {
        #expect(parse(line) == command)
    }

    @Test(
        "unknown verbs",
        arguments: [
            "", "X", "STARTTLSX", "STARTTLX", "MAILFROM:<a@b>", "DATAX", "\u{0}\u{1}\u{2}\u{3}", "GET / HTTP/1.1",
        ])
    func unknown(_ line: String) {
        #expect(parse(line) == .unknown)
    }

    @Test(
        "known verbs with wrong arguments",
        arguments: [
            ("EHLO", .helloNeedsName), ("EHLO  ", .helloNeedsName), ("DATA x", .noArguments), ("RSET x", .noArguments),
            ("MAIL", .badSender), ("MAIL <a@b>", .badSender), ("MAIL FROM:", .badSender),
            ("MAIL FROM:<a@b", .badSender),
            ("MAIL FROM:<a@b> SIZE=x", .badParameter), ("MAIL FROM:<a@b> SIZE", .badParameter),
            ("MAIL FROM:<a@b> BODY=9BIT", .badParameter), ("MAIL FROM:<a@b> SMTPUTF8=1", .badParameter),
            ("MAIL FROM:<a@b> RET=HDR", .badParameter), ("RCPT TO:<>", .badRecipient),
            ("RCPT <a@b>", .badRecipient),
            ("RCPT TO:<a@b> NOTIFY=EVER", .badParameter), ("STARTTLS now", .noArguments), ("AUTH", .badParameter),
            ("BDAT", .badChunk), ("BDAT x LAST", .badChunk),
            ("BDAT 5 FIRST", .badChunk), ("BDAT -5", .badChunk), ("BDAT 9999999999999999999", .badChunk),
        ] as [(String, SMTPServerReply)])
    func wrong(_ line: String, _ reply: SMTPServerReply) {
        #expect(parse(line) == .malformed(reply))
    }

    @Test("the sender that is remembered is not mistaken for another")
    func rememberedSender() {
        var parser = SMTPServerCommandParser()
        for sender in ["a@b", "a@b", "a@c", "a@bb", "", "a@b"] {
            let command = Array("MAIL FROM:<\(sender)>".utf8).withUnsafeBytes { parser.parse($0) }
            #expect(command == .mail(sender, .init()))
        }
    }
}
