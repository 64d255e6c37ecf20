import Delivery
import Testing

@testable import MailMessage

@Suite("Message-IDs that nobody can forge")
struct MessageIDCodeTests {
    private func keys(_ secret: [UInt8] = TokenTests.secret, id: UInt8 = 1) throws -> TokenKeys {
        try TokenKeys([TokenKey(id: id, secret: secret)])
    }

    private func template(_ change: (inout MessageOptions) -> Void) -> MessageTemplate {
        var template = MessageTemplate.sample()
        var options = MessageOptions()
        change(&options)
        template.options = options
        return template
    }

    @Test("a code is always the same text, so that what is in the world stays readable")
    func known() throws {
        let template = template { $0.bounceDomain = "bounces.example.org" }
        let id = try CompiledMessage(template, tokenKey: keys().current).messageID(of: sampleJob)
        // Computed apart from this code, by Python's hmac and base64.
        #expect(id == "<7.4294967295.ah6fghn5ittuvymrnqo35gzv@example.org>")
    }

    @Test(
        "a Message-ID names its delivery, in either letter case, with or without brackets", arguments: TokenTests.jobs)
    func roundTrip(job: DeliveryJob.ID) throws {
        let keys = try keys(id: 200)
        let message = try CompiledMessage(template { $0.provider = .mailgun }, tokenKey: keys.current)
        let id = message.messageID(of: job)
        #expect(MessageIDCode.job(ofMessageID: id, keys: keys) == job)
        #expect(MessageIDCode.job(ofMessageID: id.dropFirst().dropLast().uppercased(), keys: keys) == job)
        #expect(MessageIDParts(parsing: id)?.hasCode == true)
    }

    @Test("with any one character of the code or of the numbers changed it is none of ours")
    func forged() throws {
        let keys = try keys()
        let message = try CompiledMessage(template { $0.bounceDomain = "b.example.org" }, tokenKey: keys.current)
        let id = Array(message.messageID(of: sampleJob))
        let end = try #require(id.firstIndex(of: "@"))
        for index in 1..<end {
            for other in "abcdefghijklmnopqrstuvwxyz234567.-" where other != id[index] {
                var forged = id
                forged[index] = other
                #expect(MessageIDCode.job(ofMessageID: String(forged), keys: keys) == nil, "\(String(forged))")
            }
        }
    }

    @Test("neither another key's code is ours, nor the salt, nor what is cut out of another token of the delivery")
    func others() throws {
        let keys = try keys()
        let other = try self.keys(TokenTests.secret.reversed())
        let options = template { $0.bounceDomain = "b.example.org" }
        let stranger = try CompiledMessage(options, tokenKey: other.current).messageID(of: sampleJob)
        #expect(MessageIDCode.job(ofMessageID: stranger, keys: keys) == nil)
        #expect(MessageIDCode.job(ofMessageID: stranger, keys: other) == sampleJob)
        let unsigned = try CompiledMessage(options).messageID(of: sampleJob)
        #expect(unsigned == "<7.4294967295.salt@example.org>")
        #expect(MessageIDCode.job(ofMessageID: unsigned, keys: keys) == nil)
        for purpose in ContactToken.Purpose.allCases where purpose != .messageID {
            let payload = ContactToken(purpose, job: sampleJob).payload(keyID: 1)
            let code = Base32.encode([1] + keys.current.authentication(of: payload).prefix(14))
            let id = "7.4294967295.\(String(decoding: code, as: UTF8.self))@example.org"
            #expect(MessageIDCode.job(ofMessageID: id, keys: keys) == nil)
        }
    }

    @Test(
        "only messages that carry tokens have it, whether a worker has the key or not; it is the same on every attempt")
    func whichMessages() throws {
        let key = try keys().current
        let plain = MessageTemplate.sample()
        #expect(
            try CompiledMessage(plain, tokenKey: key).messageID(of: sampleJob) == "<7.4294967295.salt@example.org>")
        let listed = template { $0.listID = "list.example.org" }
        #expect(try CompiledMessage(listed, tokenKey: key).messageID(of: sampleJob).contains(".salt@"))
        for change: (inout MessageOptions) -> Void in [
            { $0.bounceDomain = "b.example.org" }, { $0.unsubscribeURL = "https://example.org/u" },
            { $0.surveyURL = "https://example.org/s" }, { $0.provider = .ses },
        ] {
            let message = try CompiledMessage(template(change), tokenKey: key)
            var buffer = MessageBuffer()
            for attempt in 0..<2 {
                buffer.removeAll()
                let job = DeliveryJob(id: sampleJob, attempts: UInt16(attempt), address: "ann@example.com", fields: [])
                message.render(job, date: UnixTime(milliseconds: Int64(attempt) * 1_000_000), into: &buffer)
                let id = MIMEReader(buffer.withUnsafeBytes(Array.init))["Message-ID"]
                #expect(id == "<7.4294967295.ah6fghn5ittuvymrnqo35gzv@example.org>")
            }
        }
    }

    @Test(
        "its line is not longer than lines should be, and folded only where it must be (RFC 5322 §2.1.1)",
        arguments: [
            ("example.org", false), (String(repeating: "a", count: 26), false),
            (String(repeating: "a", count: 27), true),
        ])
    func lines(domain: String, isFolded: Bool) throws {
        var template = template { $0.bounceDomain = "b.example.org" }
        template.messageIDDomain = domain
        let message = try CompiledMessage(template, tokenKey: keys().current)
        var buffer = MessageBuffer()
        message.render(to: "ann@example.com", fields: [], job: sampleJob, date: sampleDate, into: &buffer)
        let bytes = buffer.withUnsafeBytes(Array.init)
        #expect(String(decoding: bytes, as: UTF8.self).contains("Message-ID:\r\n <") == isFolded)
        #expect(MIMEReader(bytes)["Message-ID"]?.hasSuffix("@\(domain)>") == true)
        for line in try #require(bytes.lines) { #expect(line.count <= 78) }
    }

    @Test("a salt that could be taken for a code is refused")
    func longSalt() throws {
        var template = MessageTemplate.sample()
        template.messageIDSalt = String(repeating: "a", count: 24)
        #expect(
            try #require(throws: MessageTemplateError.self) { _ = try CompiledMessage(template) }.part == .messageID)
        template.messageIDSalt = String(repeating: "a", count: 23)
        #expect(throws: Never.self) { _ = try CompiledMessage(template) }
    }
}
