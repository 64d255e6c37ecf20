import Testing

@testable import SMTP

@Suite("The names in a certificate")
struct CertificateNamesTests {
    @Test(
        "stand for a host as RFC 6125 says",
        arguments: [
            ("mx.example.com", "mx.example.com", true), ("MX.Example.com.", "mx.example.com", true),
            ("mx.example.com", "mx2.example.com", false), ("*.example.com", "mx.example.com", true),
            ("*.example.com", "example.com", false), ("*.example.com", "a.mx.example.com", false),
            ("m*.example.com", "mx.example.com", false), ("*.com", "example.com", false), ("*", "localhost", false),
            ("*.*.com", "a.b.com", false), ("mx.*.com", "mx.example.com", false), ("", "", false),
            ("192.0.2.1", "192.0.2.1", false), ("*.0.2.1", "192.0.2.1", false),
        ])
    func names(_ presented: String, _ reference: String, _ expected: Bool) {
        #expect(CertificateNames(names: [presented]).cover(reference) == expected)
    }

    @Test("an IP address is looked for as such")
    func addresses() {
        let names = CertificateNames(
            names: [], addresses: [[192, 0, 2, 1], [0x20, 0x01] + [UInt8](repeating: 0, count: 13) + [1]])
        #expect(names.cover("192.0.2.1") && names.cover("2001::1") && names.cover("2001:0:0::0001"))
        #expect(!names.cover("192.0.2.2") && !names.cover("2001::2") && !names.cover("mx.example.com"))
    }
}
