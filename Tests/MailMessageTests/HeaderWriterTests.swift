import Testing

@testable import MailMessage

@Suite("Header fields")
struct HeaderWriterTests {
    private func subject(_ text: String) -> String {
        var output = ByteStore(capacity: 1)
        HeaderText.cleaned(text).withUnsafeBufferPointer {
            HeaderWriter.appendUnstructured("Subject", $0, to: &output)
        }
        return String(decoding: output.bytes, as: UTF8.self)
    }

    private func from(_ name: String, _ address: String = "a@example.org") -> String {
        var output = ByteStore(capacity: 1)
        HeaderText.cleaned(name).withUnsafeBufferPointer { name in
            Array(address.utf8).withUnsafeBufferPointer {
                HeaderWriter.appendMailbox("From", displayName: name, address: $0, to: &output)
            }
        }
        return String(decoding: output.bytes, as: UTF8.self)
    }

    @Test(
        "a subject is left as it is or encoded in the shorter way",
        arguments: [
            ("Your opinion, please: 5 minutes?", "Subject: Your opinion, please: 5 minutes?\r\n"),
            ("", "Subject: \r\n"),
            ("Café au lait", "Subject: =?UTF-8?Q?Caf=C3=A9_au_lait?=\r\n"),
            ("Опрос", "Subject: =?UTF-8?B?0J7Qv9GA0L7RgQ==?=\r\n"),
            ("a_b=c?é", "Subject: =?UTF-8?B?YV9iPWM/w6k=?=\r\n"),
            ("=?UTF-8?Q?fake?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP2Zha2U/PQ==?=\r\n"),
            ("Is 1 = ?", "Subject: Is 1 = ?\r\n"),
        ])
    func subjects(text: String, expected: String) {
        #expect(subject(text) == expected)
    }

    @Test("a long subject is folded before the word that does not fit, and unfolds to itself")
    func folds() {
        let text = "The quick brown fox jumps over the lazy dog and then the dog, no longer lazy,  jumps over the fox"
        #expect(
            subject(text) == """
                Subject: The quick brown fox jumps over the lazy dog and then the dog, no\r
                 longer lazy,  jumps over the fox\r

                """)
    }

    @Test("a subject that just fits is not folded, and one character more is", arguments: [(69, false), (70, true)])
    func foldsAtLimit(length: Int, isFolded: Bool) {
        let text = String(repeating: "a ", count: 34) + String(repeating: "b", count: length - 68)
        #expect(text.utf8.count == length)
        #expect(subject(text).contains("\r\n ") == isFolded)
    }

    @Test(
        "long encoded subjects keep to 75 characters a word and 76 a line, split no character, and come back",
        arguments: [
            String(repeating: "é", count: 100), String(repeating: "aé", count: 60),
            String(repeating: "опрос ", count: 30),
            String(repeating: "😀", count: 40), "x" + String(repeating: "調査", count: 50),
            String(repeating: "word ", count: 40) + "é", String(repeating: "x", count: 2000),
        ])
    func encodesLongSubjects(text: String) {
        let field = subject(text)
        let lines = Array(field.utf8).lines ?? []
        #expect(lines.count > 1)
        #expect(lines.allSatisfy { $0.count <= 76 })
        let words = field.dropFirst(9).split(whereSeparator: \.isWhitespace)
        #expect(words.allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?UTF-8?") && $0.hasSuffix("?=") })
        let value = MIMEReader(Array(field.utf8))["Subject"] ?? ""
        #expect(MIMEReader.decodeWords(value) == String(decoding: HeaderText.cleaned(text), as: UTF8.self))
    }

    @Test(
        "a display name is written as atoms, quoted or encoded",
        arguments: [
            ("", "From: a@example.org\r\n"),
            ("Example Surveys", "From: Example Surveys <a@example.org>\r\n"),
            ("J. Smith, Jr.", "From: \"J. Smith, Jr.\" <a@example.org>\r\n"),
            ("Two  spaces", "From: \"Two  spaces\" <a@example.org>\r\n"),
            (#"The "best" \ team"#, "From: \"The \\\"best\\\" \\\\ team\" <a@example.org>\r\n"),
            ("evil@example.com", "From: \"evil@example.com\" <a@example.org>\r\n"),
            ("a <b@c> (d); e: f", "From: \"a <b@c> (d); e: f\" <a@example.org>\r\n"),
            ("Jürgen Müller", "From: =?UTF-8?B?SsO8cmdlbiBNw7xsbGVy?= <a@example.org>\r\n"),
            ("José, \"x\"", "From: =?UTF-8?B?Sm9zw6ksICJ4Ig==?= <a@example.org>\r\n"),
            ("=?UTF-8?Q?x?=", "From: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?= <a@example.org>\r\n"),
        ])
    func displayNames(name: String, expected: String) {
        #expect(from(name) == expected)
    }

    @Test("a long display name is folded, and so is the address after it")
    func foldsDisplayNames() {
        let name = String(repeating: "Very Long Name of an Institute, ", count: 5)
        let address = "somebody-with-a-long-name@department.of.something.example.org"
        let field = from(name, address)
        #expect(Array(field.utf8).lines?.allSatisfy { $0.count <= 78 } == true)
        let quoted = "\"" + name.dropLast() + "\""
        #expect(MIMEReader(Array(field.utf8))["From"] == "\(quoted) <\(address)>")
    }

    @Test("a long address alone begins on a line of its own")
    func foldsAddresses() {
        let address = String(repeating: "a", count: 64) + "@example.org"
        #expect(from("", address) == "From:\r\n \(address)\r\n")
    }

    @Test(
        "control characters and line separators become spaces",
        arguments: [
            ("a\r\nb", "a b"), ("a\nb", "a b"), ("a\rb", "a b"), ("a\u{0}b", "a b"), ("a\tb", "a b"),
            ("a\u{7F}b", "a b"), ("a\u{85}b", "a b"), ("a\u{9F}b", "a b"), ("a\u{2028}b\u{2029}c", "a b c"),
            ("\r\n a \r\n", "a"), ("\r\n\r\n", ""), ("a\u{A0}b", "a\u{A0}b"), ("a\u{2027}b", "a\u{2027}b"),
            ("\u{C2}", "\u{C2}"),
        ])
    func cleans(text: String, expected: String) {
        #expect(String(decoding: HeaderText.cleaned(text), as: UTF8.self) == expected)
    }
}
