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
        if let last = splitter.finish() { found.append(last) }
        return found.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a From line behind a blank line begins a message", arguments: [1, 2, 7, 1000])
    func several(piece: Int) {
        let file = "From a\nSubject: 1\n\nx\nFrom here\n\nFrom b\nSubject: 2\n\n>From c\n"
        #expect(messages(file, piece: piece) == ["Subject: 1\n\nx\nFrom here\n\n", "Subject: 2\n\n>From c\n"])
    }

    @Test("a file that begins otherwise is one message, whatever is in it")
    func single() {
        #expect(messages("Subject: 1\n\nx\n\nFrom b\n") == ["Subject: 1\n\nx\n\nFrom b\n"])
        #expect(messages("") == [])
    }

    @Test("of each message no more than the limit is kept, of a line without end as well")
    func limit() {
        let long = String(repeating: "x", count: 50)
        let kept = String(repeating: "x", count: 20)
        #expect(messages("From a\n\(long)\n\nFrom b\n\(long)", limit: 20) == [kept, kept])
    }
}
