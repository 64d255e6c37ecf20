import Delivery
import Foundation
import Testing

@testable import MailMessage

@Suite("DKIM")
struct DKIMTests {
    private func signed(_ fields: [String] = ["Ann", "x7"]) throws -> [UInt8] {
        var signer = MessageSigner(try DKIMSamples.signers())
        return try DKIMSamples.signed(CompiledMessage(DKIMSamples.template), fields: fields, signer: &signer)
    }

    private func verify(_ message: [UInt8], zone: String? = nil, at now: UnixTime = sampleDate) async throws
        -> [DKIMVerifier.Finding]
    {
        try await DKIMVerifier(records: ZoneFile(parsing: zone ?? DKIMSamples.zone())).verify(message, at: now)
    }

    @Test("both signatures of a message verify, RSA first")
    func bothPass() async throws {
        let findings = try await verify(signed())
        #expect(findings.map(\.result) == [.pass, .pass])
        #expect(findings.map(\.algorithm) == ["rsa-sha256", "ed25519-sha256"])
        #expect(findings.map(\.selector) == ["r1", "e1"])
    }

    @Test("the signature's lines are short, end in CRLF and are seven-bit")
    func lines() throws {
        let lines = try #require(try signed().lines)
        for line in lines.prefix(while: { !$0.starts(with: Array("Date:".utf8)) }) {
            #expect(line.count <= 78, "\(String(decoding: line, as: UTF8.self))")
            #expect(line.allSatisfy { $0 < 0x80 })
        }
    }

    @Test("what a reader goes by is named once more than it is there")
    func overSigned() async throws {
        let names = try #require(try await verify(signed()).first).signed
        for name in ["from", "reply-to", "subject", "to", "date", "message-id", "content-type"] {
            #expect(names.filter { $0 == name }.count == 2, "\(name)")
        }
        // Not there, and so that nobody adds it:
        for name in ["list-unsubscribe", "list-unsubscribe-post", "cc", "sender"] {
            #expect(names.filter { $0 == name }.count == 1, "\(name)")
        }
    }

    @Test(
        "a change on the way is noticed",
        arguments: [
            ("Dear Ann", "Dear Bob"), ("survey@example.org", "survey@example.net"), ("To: ann", "To: bob"),
            ("Subject: Ann", "Subject: Bob"), ("Date: Fri, 21", "Date: Fri, 22"),
        ])
    func changed(part: String, other: String) async throws {
        let message = String(decoding: try signed(), as: UTF8.self)
        let forged = message.replacing(part, with: other)
        #expect(forged != message)
        #expect(try await verify(Array(forged.utf8)).map(\.result) == [.fail, .fail])
    }

    @Test(
        "a second field of a name that is signed is noticed", arguments: ["From", "Subject", "List-Unsubscribe", "Cc"])
    func added(name: String) async throws {
        let forged = Array("\(name): <mallory@example.net>\r\n".utf8) + (try signed())
        #expect(try await verify(forged).map(\.result) == [.fail, .fail])
    }

    @Test("white space and letter case that the relaxed form forgives are forgiven")
    func forgiven() async throws {
        var message = String(decoding: try signed(), as: UTF8.self)
        message.replace("\r\nSubject: ", with: "\r\nSUBJECT :   ")
        message.replace("two  spaces", with: "two \t  spaces  ")
        message += "\r\n \r\n\r\n"
        #expect(try await verify(Array(message.utf8)).map(\.result) == [.pass, .pass])
        let received = Array("Received: from here\r\n".utf8) + (try signed())
        #expect(try await verify(received).map(\.result) == [.pass, .pass])
    }

    @Test("a signer that has signed others' messages signs the next one as a new signer would")
    func sharedBeginning() throws {
        let templates = [
            DKIMSamples.template,
            .sample(subject: "{{name}}", text: "Nothing changes here.\n\n"),
            .sample(
                text: "{{#name}}Dear {{name}}{{/name}}{{^name}}Hello{{/name}},\nmuch text\n", html: "<p>{{code}}</p>"),
            .sample(text: "All the same\n", html: "<p>all the same until {{name}}</p>"),
            .sample(text: "Привет всем\nи {{name}}\n", html: "<p>{{uppercased(name)}}</p>"),
            .sample(text: "{{name}}\n"),
        ]
        let contacts = [
            "Ann", "", "Zoë", String(repeating: "x", count: 1200), "Анна Анна Анна Анна Анна", "=_ b", "Ann",
        ]
        for template in templates {
            let message = try CompiledMessage(template)
            let signers = [try DKIMSigner(domain: "example.org", selector: "e1", key: DKIMSamples.ed25519.get())]
            var shared = MessageSigner(signers)
            for name in contacts {
                for code in ["x7", ""] {
                    let fields = message.fieldNames.map { $0 == "code" ? code : name }
                    var fresh = MessageSigner(signers)
                    let one = try DKIMSamples.signed(message, fields: fields, signer: &shared)
                    let other = try DKIMSamples.signed(message, fields: fields, signer: &fresh)
                    #expect(one == other)
                }
            }
        }
    }

    @Test("the relaxed body hash is the same however the body is cut into pieces")
    func pieces() {
        let body = Array("  a\r\n\r\n b  c\t\r\n\r\nd \r\n\r\n\r\n".utf8)
        var scratch = ByteStore(capacity: 64)
        let canonical = CanonicalBody.bytes(body[...], relaxed: true)
        #expect(String(decoding: canonical, as: UTF8.self) == " a\r\n\r\n b c\r\n\r\nd\r\n")
        var whole = RelaxedBodyHash()
        body.withUnsafeBufferPointer { whole.update($0, scratch: &scratch) }
        let expected = Array(whole.finalize())
        for cut in body.indices where body[cut] != 0x0A {
            var hash = RelaxedBodyHash()
            for piece in [body[..<cut], body[cut...]] {
                piece.withUnsafeBufferPointer { hash.update($0, scratch: &scratch) }
            }
            #expect(Array(hash.finalize()) == expected, "cut at \(cut)")
        }
    }

    @Test("empty bodies have the hashes that the RFC names")
    func emptyBody() {
        var scratch = ByteStore(capacity: 64)
        for body in ["", "\r\n", " \r\n\t\r\n\r\n"] {
            var hash = RelaxedBodyHash()
            Array(body.utf8).withUnsafeBufferPointer { hash.update($0, scratch: &scratch) }
            // RFC 6376 §3.4.4
            #expect(
                Data(hash.finalize()).base64EncodedString() == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        }
    }

    @Test("RFC 8463's message verifies with both of its keys")
    func exampleOfTheRFC() async throws {
        let url = try #require(Bundle.module.url(forResource: "rfc8463", withExtension: "eml", subdirectory: "Golden"))
        let zone = try #require(
            Bundle.module.url(forResource: "rfc8463", withExtension: "zone", subdirectory: "Golden"))
        let message = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        let findings = try await verify(
            Array(message.utf8), zone: try String(contentsOf: zone, encoding: .utf8))
        #expect(findings.map(\.result) == [.pass, .pass], "\(findings)")
    }

    @Test(
        "a key record that is no use says why",
        arguments: [
            ("v=DKIM1; p=", DKIMKeyRecord.Problem.revoked), ("v=DKIM2; p=AAAA", .malformed),
            ("p=AAAA; k=dsa", .unusable),
            ("k=ed25519; p=AAAA", .unusable), ("hello", .malformed), ("h=sha1; p=AAAA", .otherHash),
            ("s=tlsrpt; p=AAAA", .otherService),
        ])
    func badRecord(text: String, problem: DKIMKeyRecord.Problem) {
        #expect(throws: problem) { try DKIMKeyRecord(text) }
    }

    @Test("a key's record is in strings of 255 characters at most, and a zone file with it is read back")
    func zoneLine() throws {
        let line = DKIMKeyRecord.zoneLine(of: try DKIMSamples.rsa.get(), selector: "r1", domain: "example.org")
        let strings = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter {
            $0.offset % 2 == 1
        }
        #expect(strings.count == 2)
        #expect(strings.allSatisfy { $0.element.utf8.count <= 255 })
        let zone = try ZoneFile(
            parsing: "$ORIGIN example.net.\n\(line) ; a comment\n\t IN TXT other\nx 300 IN TXT (\n\"a\"\n\"b\" )\n")
        #expect(
            zone.txt("R1._domainkey.example.org") == [DKIMKeyRecord.text(of: try DKIMSamples.rsa.get()), "other"])
        #expect(zone.txt("x.example.net.") == ["ab"])
        #expect(zone.txt("y.example.net") == [])
    }

    @Test("keys come back from their PEM", arguments: DKIMAlgorithm.allCases)
    func pem(algorithm: DKIMAlgorithm) throws {
        let key = try DKIMPrivateKey.generate(algorithm)
        let again = try DKIMPrivateKey(pem: key.pem)
        #expect(again.publicKey == key.publicKey)
        #expect(again.algorithm == algorithm)
    }

    @Test("a message from a subdomain is signed by the nearest domain above that has keys")
    func keyring() throws {
        let key = try DKIMSamples.ed25519.get()
        let ring = DKIMKeyring([
            try DKIMSigner(domain: "example.org", selector: "a", key: key),
            try DKIMSigner(domain: "news.example.org", selector: "b", key: key),
            try DKIMSigner(domain: "Example.ORG", selector: "c", key: key),
        ])
        #expect(ring.signers(forSender: "EXAMPLE.org").map(\.selector) == ["a", "c"])
        #expect(ring.signers(forSender: "news.example.org").map(\.selector) == ["b"])
        #expect(ring.signers(forSender: "x.y.example.org").map(\.selector) == ["a", "c"])
        #expect(ring.signers(forSender: "badexample.org").isEmpty)
        #expect(ring.signers(forSender: "org").isEmpty)
    }
}
