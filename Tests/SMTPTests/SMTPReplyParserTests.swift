import Delivery
import NIOCore
import Testing

@testable import SMTP

@Suite("Reading replies")
struct SMTPReplyParserTests {
    private func parse(
        _ text: String, pieces: Int = .max, textWanted: @escaping (UInt16) -> Bool = { _ in true }
    ) throws -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var replies: [SMTPReply] = []
        var rest = ByteBuffer(string: text)
        while let piece = rest.readSlice(length: min(pieces, max(rest.readableBytes, 1))) {
            parser.append(piece)
            while let reply = try parser.next(textWanted: textWanted) { replies.append(reply) }
        }
        return replies
    }

    private static let good: [(String, [SMTPReply])] = [
        ("250 Ok\r\n", [SMTPReply(code: 250, text: "Ok")]),
        ("250\r\n", [SMTPReply(code: 250, text: "")]),
        ("250 \r\n", [SMTPReply(code: 250, text: "")]),
        ("250Ok\r\n", [SMTPReply(code: 250, text: "Ok")]),
        ("250 Ok\n", [SMTPReply(code: 250, text: "Ok")]),
        (
            "550 5.1.1 No such user\r\n",
            [SMTPReply(code: 550, enhancedStatus: EnhancedStatusCode(5, 1, 1), text: "No such user")]
        ),
        ("550 5.1.1\r\n", [SMTPReply(code: 550, enhancedStatus: EnhancedStatusCode(5, 1, 1), text: "")]),
        ("550 5.1.1x No\r\n", [SMTPReply(code: 550, text: "5.1.1x No")]),
        ("250 3.1.1 Ok\r\n", [SMTPReply(code: 250, text: "3.1.1 Ok")]),
        ("550 5.1.1234 No\r\n", [SMTPReply(code: 550, text: "5.1.1234 No")]),
        ("250-mx\r\n250-SIZE 10\r\n250 HELP\r\n", [SMTPReply(code: 250, text: "mx\nSIZE 10\nHELP")]),
        (
            "550-5.7.1 One\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n",
            [SMTPReply(code: 550, enhancedStatus: EnhancedStatusCode(5, 7, 1), text: "One\ntwo\nthree")]
        ),
        (
            "550-5.7.1 One\r\n550 5.7.2 two\r\n",
            [SMTPReply(code: 550, enhancedStatus: EnhancedStatusCode(5, 7, 1), text: "One\n5.7.2 two")]
        ),
        (
            "250 a\r\n354 b\r\n250-c\r\n250 d\r\n",
            [SMTPReply(code: 250, text: "a"), SMTPReply(code: 354, text: "b"), SMTPReply(code: 250, text: "c\nd")]
        ),
    ]

    @Test("replies of one and several lines, with and without enhanced status, sloppy ones too", arguments: good)
    func replies(_ text: String, _ expected: [SMTPReply]) throws {
        #expect(try parse(text) == expected)
    }

    @Test("the same byte by byte, and in pieces of seven", arguments: good)
    func pieces(_ text: String, _ expected: [SMTPReply]) throws {
        #expect(try parse(text, pieces: 1) == expected)
        #expect(try parse(text, pieces: 7) == expected)
    }

    @Test("no text is built where it is not wanted")
    func unwanted() throws {
        let replies = try parse("250 2.1.0 Ok\r\n550 5.1.1 No\r\n", textWanted: { $0 >= 400 })
        #expect(replies[0] == SMTPReply(code: 250, text: ""))
        #expect(replies[1].text == "No")
    }

    @Test(
        "what is no reply is an error",
        arguments: ["\r\n", "OK\r\n", "25 Ok\r\n", "650 Ok\r\n", "150 Ok\r\n", "250-a\r\n251 b\r\n"])
    func malformed(_ text: String) {
        #expect(throws: SMTPReplyParser.Malformed.self) { try parse(text) }
    }

    @Test("a reply that never ends is an error before it fills the memory", arguments: [true, false])
    func endless(_ hasLines: Bool) {
        let text =
            hasLines ? String(repeating: "250-and so on\r\n", count: 8000) : String(repeating: "2", count: 70_000)
        #expect(throws: SMTPReplyParser.Malformed(problem: "the reply is too long")) { try parse(text, pieces: 1024) }
    }

    @Test("bytes that are not UTF-8 do no harm")
    func notUTF8() throws {
        var parser = SMTPReplyParser()
        parser.append(ByteBuffer(bytes: Array("550 caf".utf8) + [0xE9] + Array("\r\n".utf8)))
        let reply = try parser.next { _ in true }
        #expect(reply?.text == "caf\u{FFFD}")
    }
}
