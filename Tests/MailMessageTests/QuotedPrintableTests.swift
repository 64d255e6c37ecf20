import Testing

@testable import MailMessage

@Suite("Quoted-printable")
struct QuotedPrintableTests {
    private func encode(_ text: String) -> String {
        var output = ByteStore(capacity: 1)
        Array(text.utf8).withUnsafeBufferPointer { QuotedPrintable.encode($0, into: &output) }
        return String(decoding: output.bytes, as: UTF8.self)
    }

    @Test(
        "what must be encoded is encoded, and nothing else",
        arguments: [
            ("", ""),
            ("plain\r\n", "plain\r\n"),
            ("a=b\r\n", "a=3Db\r\n"),
            ("café\r\n", "caf=C3=A9\r\n"),
            ("in\tside \t end\r\n", "in\tside \t end\r\n"),
            ("space \r\n", "space=20\r\n"),
            ("two  \r\n", "two =20\r\n"),
            ("tab\t\r\n", "tab=09\r\n"),
            (" \r\n", "=20\r\n"),
            ("end without break ", "end without break=20"),
            ("From here\r\nFrom \r\n", "=46rom here\r\n=46rom=20\r\n"),
            ("Fromage\r\n From me\r\n", "Fromage\r\n From me\r\n"),
            (".\r\n..\r\n.a\r\na.\r\n", "=2E\r\n..\r\n.a\r\na.\r\n"),
            (".", "=2E"),
            ("\r\n\r\n", "\r\n\r\n"),
            ("~\u{7F}\u{1}\r\n", "~=7F=01\r\n"),
        ])
    func encodes(text: String, expected: String) {
        #expect(encode(text) == expected)
    }

    @Test(
        "a line of 76 stays whole and one of 77 is broken after 75",
        arguments: [
            (76, 0), (77, 1), (75 + 76, 1), (75 + 77, 2),
        ])
    func breaks(length: Int, softBreaks: Int) {
        let line = String(repeating: "x", count: length)
        let encoded = encode(line + "\r\n")
        #expect(encoded.split(separator: "=\r\n").count == softBreaks + 1)
        #expect(encoded.replacing("=\r\n", with: "") == line + "\r\n")
    }

    @Test("no encoded byte is cut by a soft break, wherever it falls", arguments: 70..<80)
    func keepsBytesWhole(position: Int) {
        let text = String(repeating: "x", count: position) + "é" + String(repeating: "y", count: 80) + "\r\n"
        let encoded = encode(text)
        #expect(MIMEReader.decodeQuotedPrintable(Array(encoded.utf8)) == Array(text.utf8))
        #expect(Array(encoded.utf8).lines?.allSatisfy { $0.count <= 76 } == true)
    }

    @Test("a space before a line break is encoded even when the line is just full", arguments: 73..<78)
    func encodesSpaceAtEdge(position: Int) {
        let text = String(repeating: "x", count: position) + " \r\n"
        let encoded = encode(text)
        #expect(encoded.hasSuffix("=20\r\n"))
        #expect(Array(encoded.utf8).lines?.allSatisfy { $0.count <= 76 } == true)
        #expect(MIMEReader.decodeQuotedPrintable(Array(encoded.utf8)) == Array(text.utf8))
    }

    @Test("From and a lone dot are encoded after a soft break too")
    func encodesAfterSoftBreak() {
        let full = String(repeating: "x", count: 75)
        #expect(encode(full + "From me\r\n") == full + "=\r\n=46rom me\r\n")
        // 76 characters fit when the last of them ends the line.
        #expect(encode(full + ".\r\n") == full + ".\r\n")
        #expect(encode(full + full + "é.\r\n") == full + "=\r\n" + full + "=\r\n=C3=A9.\r\n")
    }

    @Test("any bytes come back, in lines of at most 76 characters of ASCII")
    func roundTrips() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let alphabet: [UInt8] = Array("aF. =\t".utf8) + [0xC3, 0xA9, 0x7F, 0x00, 0x0A]
            var source: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<300, using: &generator) {
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                source += byte == 0x0A ? [0x0D, 0x0A] : [byte]
            }
            source += [0x0D, 0x0A]
            var output = ByteStore(capacity: 1)
            source.withUnsafeBufferPointer { QuotedPrintable.encode($0, into: &output) }
            let encoded = Array(output.bytes)
            #expect(MIMEReader.decodeQuotedPrintable(encoded) == source)
            let lines = encoded.lines
            #expect(lines != nil)
            for line in lines ?? [] {
                #expect(line.count <= 76)
                #expect(line.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) })
                #expect(line.last != 0x20 && line.last != 0x09)
                #expect(line != [UInt8(ascii: ".")] && !line.starts(with: Array("From ".utf8)))
            }
        }
    }
}
