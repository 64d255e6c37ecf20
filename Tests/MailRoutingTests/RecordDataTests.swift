import Testing

@testable import MailRouting

@Suite("Records on the wire, names and addresses")
struct RecordDataTests {
    @Test(
        "What is cut short or has no place in a name is no record",
        arguments: [
            [], [0], [0, 10], [0, 10, 3, 97, 98], [0, 10, 1, 97], [0, 10, 1, 46, 0], [0, 10, 1, 32, 0],
            [0, 10, 64, 97, 0], [0, 10, 1, 97, 0, 0], [0, 10, 0xC0, 12],
        ] as [[UInt8]])
    func malformedMX(data: [UInt8]) {
        #expect(RecordData.mx(data) == nil)
    }

    @Test("The root is an empty name")
    func root() {
        #expect(RecordData.mx([0, 0, 0]) == MXRecord(0, ""))
    }

    @Test("The pieces of a text are put together; one that is cut short is none")
    func text() {
        #expect(RecordData.text([2, 97, 98, 0, 1, 99]) == "abc")
        #expect(RecordData.text([3, 97, 98]) == nil)
    }

    @Test("A record without data vouches for nothing")
    func emptyTLSA() {
        #expect(RecordData.tlsa([3, 1, 1]) == nil)
        #expect(RecordData.tlsa([3, 1, 1, 255])?.description == "3 1 1 ff")
    }

    @Test(
        "Names are compared in lower case without the dot at the end; what cannot be a name is none",
        arguments: [
            ("Example.ORG.", "example.org"), ("_25._tcp.mx", "_25._tcp.mx"), ("", nil), (".", nil), ("a..b", nil),
            ("a/b", nil), ("a b", nil), ("ä.example", nil), ("*.example", nil),
            (String(repeating: "a", count: 64) + ".example", nil),
            (Array(repeating: "abc", count: 64).joined(separator: "."), nil),
        ] as [(String, String?)])
    func names(text: String, canonical: String?) {
        #expect(DNSName.canonical(text) == canonical)
    }

    @Test(
        "The machine itself has many addresses",
        arguments: [
            ("127.0.0.1", true), ("127.9.9.9", true), ("0.0.0.0", true), ("::1", true), ("::", true),
            ("::ffff:127.0.0.1", true), ("192.0.2.1", false), ("::2", false), ("2001:db8::1", false),
            ("::ffff:192.0.2.1", false), ("::1:0:0:1", false),
        ])
    func loopback(text: String, isLoopback: Bool) {
        #expect(IPAddress(text)?.isLoopback == isLoopback)
    }

    @Test(
        "Domain literals have one form each",
        arguments: [
            ("[192.0.2.1]", "[192.0.2.1]"), ("[IPv6:2001:DB8::0:1]", "[IPv6:2001:db8::1]"), ("[2001:db8::1]", nil),
            ("[IPv6:192.0.2.1]", nil), ("[192.0.2]", nil), ("192.0.2.1", nil), ("[]", nil), ("[x:y]", nil),
        ] as [(String, String?)])
    func literals(text: String, literal: String?) {
        #expect(IPAddress(literal: text)?.literal == literal)
    }
}
