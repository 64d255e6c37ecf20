import Testing

@testable import SMTP

@Suite("Finding the end of DATA")
struct SMTPDataScannerTests {
    /// Feeds the text in pieces, as a handler would: what is not consumed comes again with the next piece.
    private func scan(_ text: String, pieces: Int) -> (content: String, size: Int, rest: String)? {
        var scanner = SMTPDataScanner()
        var content: [UInt8] = []
        var size = 0
        var waiting: [UInt8] = []
        var source = Array(text.utf8)[...]
        while !source.isEmpty {
            waiting += source.prefix(pieces)
            source = source.dropFirst(pieces)
            let progress = waiting.withUnsafeBytes { scanner.scan($0) { content += $0 } }
            size += progress.content
            waiting.removeFirst(progress.consumed)
            if progress.isEnd {
                return (
                    String(decoding: content, as: UTF8.self), size, String(decoding: waiting + source, as: UTF8.self)
                )
            }
        }
        return nil
    }

    private static let cases: [(String, String, String)] = [
        ("a\r\n.\r\n", "a\r\n", ""), (".\r\n", "", ""), ("a\r\n.\r\nRSET\r\n", "a\r\n", "RSET\r\n"),
        ("..\r\n.\r\n", ".\r\n", ""), ("a\r\n..b\r\n...\r\n.\r\nx", "a\r\n.b\r\n..\r\n", "x"),
        ("a.b.\r\n.\r\n", "a.b.\r\n", ""), ("a\n.\n.\r\n\r\n.\r\n", "a\n.\n.\r\n\r\n", ""),
        ("a\r\n.\n\r\n.\r\n", "a\r\n\n\r\n", ""), ("a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", ""),
        ("a\r\r\n.\r\n", "a\r\r\n", ""), ("\r\n.\r\n", "\r\n", ""), ("a\n\r\n.\r\n.\r\n", "a\n\r\n", ".\r\n"),
    ]

    @Test(
        "whatever pieces it comes in, dots at the start of lines are undone and only CRLF.CRLF ends it",
        arguments: cases)
    func pieces(_ text: String, _ content: String, _ rest: String) throws {
        for pieces in 1...text.utf8.count {
            let result = try #require(scan(text, pieces: pieces), "no end in pieces of \(pieces)")
            #expect(result.content == content, "in pieces of \(pieces)")
            #expect(result.size == content.utf8.count)
            #expect(result.rest == rest)
        }
    }

    @Test(
        "what does not end does not end",
        arguments: ["a\r\n", "a\n.\n", "a\r\n.", "a\r\n.\r", "a.\r\n", "\n.\r\n", "\r.\r\n"])
    func noEnd(_ text: String) {
        for pieces in 1...text.utf8.count { #expect(scan(text, pieces: pieces) == nil) }
    }
}
