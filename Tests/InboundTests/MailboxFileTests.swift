import Inbound
import Testing

@Suite("Cutting mailbox files into messages")
struct MailboxFileTests {
    /// The messages of a file that comes in pieces of some bytes.
    private func messages(_ file: String, piece: Int = 7, limit: Int = 1000) -> [String] {
        var splitter = MailboxFileSplitter(limit: limit)
        let bytes = Array(file.utf8)
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            found += splitter.take(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        found += splitter.finish()
        return found.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a From line behind a blank line begins a message", arguments: [1, 2, 7, 1000])
    func several(piece: Int) {
        let file = "From a\nSubject: 1\n\nx\nFrom here\n\nFrom b\nSubject: 2\n\n>From c\n"
        #expect(messages(file, piece: piece) == ["Subject: 1\n\nx\nFrom here\n\n", "Subject: 2\n\n>From c\n"])
    }

    @Test(
        "a line of a text that begins with From is no beginning unless a header field follows",
        arguments: [1, 7, 1000])
    func unescaped(piece: Int) {
        let first = "Subject: 1\n\nHello,\n\nFrom here on I quote.\nFrom there, too:\n\nFrom\n\n"
        let second = ">From c\nSubject: 2\n\nFrom now on"
        let file = "From a@b Thu Nov 26 10:00:00 2026\n\(first)From b\n\(second)"
        #expect(messages(file, piece: piece) == [first, second])
        // A message without a header, and one without anything.
        #expect(messages("From a\n\nx\n\nFrom b\n\n") == ["\nx\n\nFrom b\n\n"])
        #expect(messages("From a\n") == [])
        #expect(messages("\r\n\nFrom a\nA: 1\n\nFrom b\nB: 2\n") == ["A: 1\n\n", "B: 2\n"])
    }

    @Test(
        "what is mail is told from what is none by its beginning",
        arguments: [
            ("Subject: x", true), ("\r\n\r\nReceived:\r\n", true), ("From ann Thu", true), (">From a\n", true),
            ("%PDF-1.7\n", false), ("\u{FF}\u{D8}JFIF: x", false), ("email,name\n", false), ("", false), (": x", false),
            ("Dear Ann: hello", false),
        ])
    func beginning(text: String, isMail: Bool) {
        #expect(MailboxFileSplitter.isBeginning(Array(text.utf8)) == isMail)
    }

    @Test("a file that begins otherwise is one message, whatever is in it")
    func single() {
        #expect(messages("Subject: 1\n\nx\n\nFrom b\n") == ["Subject: 1\n\nx\n\nFrom b\n"])
        #expect(messages("") == [])
        // Without line feeds there are no lines to go by.
        #expect(messages("From a\rSubject: 1\r\rx\r") == ["From a\rSubject: 1\r\rx\r"])
        #expect(messages("From a\r\nSubject: 1\r\n") == ["Subject: 1\r\n"])
    }

    @Test("of each message no more than the limit is kept, of a line without end as well")
    func limit() {
        let long = "X: " + String(repeating: "x", count: 50)
        let kept = String(long.prefix(20))
        #expect(messages("From a\n\(long)\n\nFrom b\n\(long)", limit: 20) == [kept, kept])
    }
}
