import Testing

@testable import MailMessage

@Suite("Base64")
struct Base64Tests {
    private func encodeLines(_ source: [UInt8]) -> [UInt8] {
        var output = ByteStore(capacity: 1)
        source.withUnsafeBufferPointer { Base64.encodeLines($0, into: &output) }
        return Array(output.bytes)
    }

    @Test(
        "the vectors of RFC 4648 come out right",
        arguments: [
            ("f", "Zg==\r\n"), ("fo", "Zm8=\r\n"), ("foo", "Zm9v\r\n"), ("foob", "Zm9vYg==\r\n"),
            ("fooba", "Zm9vYmE=\r\n"), ("foobar", "Zm9vYmFy\r\n"), ("", ""),
        ])
    func vectors(text: String, expected: String) {
        #expect(String(decoding: encodeLines(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test("lines are 76 characters and the announced length is the real one", arguments: 0..<240)
    func lines(count: Int) {
        let source = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167) }
        let encoded = encodeLines(source)
        #expect(encoded.count == Base64.encodedLengthInLines(of: count))
        #expect(encoded.lines?.dropLast().allSatisfy { $0.count == 76 } == true)
        #expect(MIMEReader.decodeBase64(encoded) == source)
    }
}
