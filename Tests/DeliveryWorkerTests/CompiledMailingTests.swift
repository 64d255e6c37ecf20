import Delivery
import JobQueue
import MailMessage
import Testing

@testable import DeliveryWorker

@Suite("A mailing as a worker uses it")
struct CompiledMailingTests {
    private static let job = DeliveryJob(
        id: DeliveryJob.ID(mailing: MailingID(rawValue: 3), ordinal: 4), address: "ann@example.com", fields: [])

    private func content(_ change: (inout MessageOptions) -> Void = { _ in }) throws -> MailingContent {
        var options = MessageOptions()
        change(&options)
        let template = MessageTemplate(
            from: MailboxField(address: "survey@news.example.org"), subject: "Hello", text: "Hello\n", options: options)
        let settings = MailingSettings(
            template: template, envelopeSender: "survey@news.example.org", retry: .standard)
        return MailingContent(bytes: try settings.encoded(), version: template.version)
    }

    private func tokens() throws -> TokenKeys {
        try TokenKeys([TokenKey(id: 1, secret: [UInt8](repeating: 1, count: 32))])
    }

    @Test("without options it needs no key, and bounces go to the sender")
    func plain() throws {
        let mailing = try CompiledMailing(content(), keys: WorkerKeys())
        #expect(mailing.sender(of: Self.job) == "survey@news.example.org")
        var buffer = MessageBuffer()
        let message = mailing.compose(Self.job, date: .now, in: &buffer).content
        #expect(message.starts(with: Array("Date: ".utf8)))
    }

    @Test("a mailing that requires TLS says so, and others do not")
    func requiresTLS() throws {
        #expect(try !CompiledMailing(content(), keys: WorkerKeys()).requiresTLS)
        var settings = try MailingSettings(encoded: content().bytes)
        settings.requiresTLS = true
        let content = MailingContent(bytes: try settings.encoded(), version: "v")
        #expect(try CompiledMailing(content, keys: WorkerKeys()).requiresTLS)
    }

    @Test("a mailing with tokens is refused without the key, and names who may help")
    func missingTokens() throws {
        for content in [
            try content { $0.bounceDomain = "b.example.org" }, try content { $0.surveyURL = "https://example.org/s" },
            try content { $0.unsubscribeURL = "https://example.org/u" },
        ] {
            let error = #expect(throws: MissingKey.self) { try CompiledMailing(content, keys: WorkerKeys()) }
            #expect(error?.description.contains("--token-key-file") == true)
            _ = try CompiledMailing(content, keys: WorkerKeys(tokens: try tokens()))
        }
    }

    @Test("each contact has a return path of its own that the key recognizes")
    func returnPath() throws {
        let keys = try tokens()
        let mailing = try CompiledMailing(
            content { $0.bounceDomain = "b.example.org" }, keys: WorkerKeys(tokens: keys))
        let parts = mailing.sender(of: Self.job).split(separator: "@")
        #expect(parts[1] == "b.example.org")
        #expect(ReturnPath.job(ofLocalPart: parts[0], keys: keys) == Self.job.id)
    }

    @Test("a mailing that must be signed is refused without a key for its sender's domain")
    func required() async throws {
        let content = try content { $0.dkim = .required }
        let other = try DKIMSigner(domain: "example.net", selector: "s", key: .generate(.ed25519SHA256))
        let error = #expect(throws: MissingKey.self) {
            try CompiledMailing(content, keys: WorkerKeys(dkim: DKIMKeyring([other])))
        }
        #expect(error?.description.contains("news.example.org") == true)
        let key = try DKIMPrivateKey.generate(.ed25519SHA256)
        let own = try DKIMSigner(domain: "example.org", selector: "s", key: key)
        let mailing = try CompiledMailing(content, keys: WorkerKeys(dkim: DKIMKeyring([own])))
        var buffer = MessageBuffer()
        let message = mailing.compose(Self.job, date: .now, in: &buffer).content
        let zone = DKIMKeyRecord.zoneLine(of: key, selector: "s", domain: "example.org")
        let findings = await DKIMVerifier(records: try ZoneFile(parsing: zone)).verify(message, at: .now)
        #expect(findings.map(\.result) == [.pass])
    }
}
