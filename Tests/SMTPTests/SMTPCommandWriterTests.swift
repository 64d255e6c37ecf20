import NIOCore
import Testing

@testable import SMTP

@Suite("The bytes of the client's commands")
struct SMTPCommandWriterTests {
    private func written(_ body: (inout SMTPCommandWriter) -> Void) -> String {
        var writer = SMTPCommandWriter(heloName: "me.example", allocator: ByteBufferAllocator())
        body(&writer)
        return writer.take().map { String(buffer: $0) } ?? ""
    }

    @Test("commands without a message")
    func plain() {
        #expect(
            written {
                $0.ehlo(); $0.helo(); $0.reset(); $0.data(); $0.loneDot(); $0.quit()
            }
                == "EHLO me.example\r\nHELO me.example\r\nRSET\r\nDATA\r\n.\r\nQUIT\r\n")
    }

    @Test("MAIL carries the parameters that the server announced and the message needs")
    func mail() {
        var message = Client.message(1, content: "x\r\n")
        #expect(written { $0.mail(message, SMTPExtensions()) } == "MAIL FROM:<bounce@sender.example>\r\n")
        var extensions = SMTPExtensions()
        extensions.size = true
        extensions.eightBitMIME = true
        extensions.smtpUTF8 = true
        #expect(written { $0.mail(message, extensions) } == "MAIL FROM:<bounce@sender.example> SIZE=3\r\n")
        message.content = Array((String(repeating: "a", count: 70) + "é\r\n").utf8)
        message.needsSMTPUTF8 = true
        #expect(
            written { $0.mail(message, extensions) }
                == "MAIL FROM:<bounce@sender.example> SIZE=74 BODY=8BITMIME SMTPUTF8\r\n")
        message.sender = ""
        #expect(written { $0.mail(message, SMTPExtensions()) } == "MAIL FROM:<> SMTPUTF8\r\n")
    }

    @Test("the parameters of DSN and REQUIRETLS, where they are announced")
    func notifications() {
        var extensions = SMTPExtensions()
        var message = Client.message(1, content: "x\r\n")
        message.notifications = SMTPNotifications(
            envelopeID: "a+b=c d", originalRecipient: "x+y@example.com", notify: [.failure, .delay], returned: .headers)
        #expect(written { $0.mail(message, extensions) } == "MAIL FROM:<bounce@sender.example>\r\n")
        #expect(written { $0.recipient(message, extensions) } == "RCPT TO:<user1@example.com>\r\n")
        extensions.dsn = true
        #expect(
            written { $0.mail(message, extensions) }
                == "MAIL FROM:<bounce@sender.example> RET=HDRS ENVID=a+2Bb+3Dc+20d\r\n")
        #expect(
            written { $0.recipient(message, extensions) }
                == "RCPT TO:<user1@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;x+2By@example.com\r\n")
        message.notifications = SMTPNotifications(
            envelopeID: String(repeating: "x", count: 101), originalRecipient: "ü\\@x.example", notify: [],
            returned: .full)
        message.requiresTLS = true
        #expect(
            written { $0.mail(message, extensions) } == "MAIL FROM:<bounce@sender.example> RET=FULL REQUIRETLS\r\n",
            "an ENVID that is too long would have the message refused")
        #expect(
            written { $0.recipient(message, extensions) }
                == "RCPT TO:<user1@example.com> NOTIFY=NEVER ORCPT=utf-8;\\x{FC}\\x{5C}@x.example\r\n")
    }

    @Test("RCPT and a chunk")
    func recipientAndChunk() {
        #expect(written { $0.recipient(Client.message(7), .init()) } == "RCPT TO:<user7@example.com>\r\n")
        #expect(
            written { $0.chunk(Array("a\r\n.\r\n".utf8)) } == "BDAT 6 LAST\r\na\r\n.\r\n", "a chunk is not dot-stuffed")
        #expect(written { $0.chunk([]) } == "BDAT 0 LAST\r\n")
    }

    @Test(
        "content after DATA is dot-stuffed at the start of lines and ends with the dot",
        arguments: [
            ("a\r\n", "a\r\n.\r\n"), ("", ".\r\n"), (".\r\n", "..\r\n.\r\n"), (".a\r\n", "..a\r\n.\r\n"),
            ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"), ("a\r\n..b\r\n", "a\r\n...b\r\n.\r\n"),
            ("a.b.\r\n", "a.b.\r\n.\r\n"), ("a\r\n.\r\n.\r\n", "a\r\n..\r\n..\r\n.\r\n"), ("a", "a\r\n.\r\n"),
            ("a\n", "a\n\r\n.\r\n"), ("a\n.\r\n", "a\n..\r\n.\r\n"), (".", "..\r\n.\r\n"),
        ])
    func dots(_ content: String, _ expected: String) {
        #expect(written { $0.contentAndDot(Array(content.utf8)) } == expected)
    }

    @Test("numbers in decimal digits", arguments: [0, 9, 10, 12_345_678_901, Int.max])
    func decimal(_ number: Int) {
        var buffer = ByteBuffer()
        buffer.writeDecimal(number)
        #expect(String(buffer: buffer) == "\(number)")
    }
}
