import Delivery
import Foundation
import Testing

@testable import MailMessage

@Suite("Contact tokens")
struct TokenTests {
    static let jobs = [(0, 0), (7, 4_294_967_295), (4_294_967_295, 1), (65_536, 256)].map {
        DeliveryJob.ID(mailing: MailingID(rawValue: $0.0), ordinal: $0.1)
    }
    static let secret = [UInt8](0..<32)

    private func keys(_ ids: UInt8...) throws -> TokenKeys {
        try TokenKeys(ids.map { try TokenKey(id: $0, secret: Self.secret.map { [$0 &+ 1] }.flatMap(\.self)) })
    }

    @Test("a token comes back as what it was made for, in either letter case", arguments: jobs)
    func roundTrip(job: DeliveryJob.ID) throws {
        let keys = try keys(3)
        for purpose in ContactToken.Purpose.allCases {
            let token = ContactToken(purpose, job: job)
            let text = keys.current.text(token)
            #expect(text.utf8.count == ContactToken.length)
            #expect(text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) })
            #expect(keys.token(in: text) == token)
            #expect(keys.token(in: text.uppercased()) == token)
        }
    }

    @Test("a token is always the same text, so that what is in the world stays readable")
    func knownToken() throws {
        let key = try TokenKey(id: 1, secret: Self.secret)
        // Computed apart from this code, by Python's hmac and base64.
        #expect(
            key.text(ContactToken(.bounce, job: sampleJob)) == "ceaqaaaaa7777777od57ljw4qevvuy3or7c53vvx")
    }

    @Test("a token with any one character changed is none of ours")
    func forged() throws {
        let keys = try keys(3)
        let text = Array(keys.current.text(ContactToken(.unsubscribe, job: sampleJob)))
        for index in text.indices {
            for other in "abcdefghijklmnopqrstuvwxyz234567" where other != text[index] {
                var forged = text
                forged[index] = other
                #expect(keys.token(in: String(forged)) == nil)
            }
        }
    }

    @Test(
        "text that is no token is refused", arguments: ["", "b", "ceaq", String(repeating: "a", count: 39) + "1", "ä"])
    func noToken(text: String) throws {
        #expect(try keys(0).token(in: text) == nil)
        #expect(try keys(0).token(in: String(repeating: "a", count: 40)) == nil)
    }

    @Test("a new key makes tokens, and those of the old one are still recognized until it is removed")
    func rotation() throws {
        let old = try TokenKey(id: 1, secret: Self.secret)
        let new = try TokenKey(id: 2, secret: Self.secret.reversed())
        let token = ContactToken(.bounce, job: sampleJob)
        let both = try TokenKeys([new, old])
        #expect(both.current.id == 2)
        #expect(both.token(in: old.text(token)) == token)
        #expect(try TokenKeys([new]).token(in: old.text(token)) == nil)
        // A key of the same id and another secret makes other tokens.
        #expect(try TokenKeys([TokenKey(id: 1, secret: Self.secret.reversed())]).token(in: old.text(token)) == nil)
    }

    @Test("a return path finds its contact, and another purpose's token does not")
    func returnPath() throws {
        let keys = try keys(9)
        let address = ReturnPath.address(for: sampleJob, domain: "bounces.example.org", key: keys.current)
        let parts = address.split(separator: "@")
        #expect(parts.count == 2 && parts[1] == "bounces.example.org")
        #expect(parts[0].utf8.count <= 64)
        #expect(ReturnPath.job(ofLocalPart: parts[0], keys: keys) == sampleJob)
        #expect(ReturnPath.job(ofLocalPart: parts[0].uppercased(), keys: keys) == sampleJob)
        let other = keys.current.text(ContactToken(.unsubscribe, job: sampleJob))
        #expect(ReturnPath.job(ofLocalPart: "b-\(other)", keys: keys) == nil)
        #expect(ReturnPath.job(ofLocalPart: "x-\(parts[0].dropFirst(2))", keys: keys) == nil)
    }

    @Test(
        "a key file that cannot be used says why, without what it holds",
        arguments: [
            ("", "no token key"), ("1 abcd", "32 bytes"), ("x 00", "line 1"), ("# only\n\n1 zz", "line 3"),
            ("1 \(String(repeating: "ab", count: 32))\n1 \(String(repeating: "cd", count: 32))", "the id 1"),
        ])
    func badFile(text: String, problem: String) throws {
        let error = #expect(throws: KeyFileError.self) { try TokenKeys(parsing: text) }
        #expect(error?.message.contains(problem) == true)
        #expect(error?.message.contains("abab") == false)
    }

    @Test("the key file is made once, for its owner alone, and refused when others may read it")
    func keyFile() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tokens-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appendingPathComponent(TokenKeys.fileName).path
        let made = try TokenKeys.readingOrCreating(path)
        let again = try TokenKeys.readingOrCreating(path)
        let token = ContactToken(.survey, job: sampleJob)
        #expect(made.current.text(token) == again.current.text(token))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: KeyFileError.self) { try SecretFile.create(path, "x") }
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let error = #expect(throws: KeyFileError.self) { try TokenKeys(file: path) }
        #expect(error?.code == .exposed)
    }

    @Test("The mark in ENVID names its delivery only where a key of ours made it")
    func envelope() throws {
        let keys = try keys(5)
        let mark = EnvelopeID.text(of: sampleJob, key: keys.current)
        #expect(EnvelopeID.job(of: mark.uppercased(), keys: keys) == sampleJob)
        let plain = EnvelopeID.text(of: sampleJob, key: nil)
        #expect(plain == "7.4294967295")
        #expect(EnvelopeID.job(of: plain, keys: keys) == nil)
    }
}
