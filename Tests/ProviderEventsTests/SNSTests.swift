import Delivery
import Foundation
import Testing
import X509

@testable import ProviderEvents

@Suite("Messages of SNS, signed by openssl under a certificate of our own")
struct SNSTests {
    private let fixture: HookFixture
    private let sns: SNSFixture

    init() async throws {
        fixture = try HookFixture()
        sns = try await SNSFixture()
    }

    private func web(_ files: String...) throws -> StoredWeb {
        let pem = try files.flatMap { try sns.pem($0) }
        return StoredWeb([SNSFixture.certificateURL: pem, SNSFixture.subscribeURL: Array("<ok/>".utf8)])
    }

    private func read(_ body: String, _ web: StoredWeb, at time: UnixTime = HookFixture.now) async throws
        -> WebhookAnswer
    {
        try await fixture.hooks(web) { $0.ses = [SNSFixture.topic] }.read(
            HookFixture.request(body, at: time), from: .ses)
    }

    @Test("a notification of either signature version is read", arguments: ["1", "2"])
    func right(version: String) async throws {
        let body = try await sns.message(version: version)
        guard case .events(let events) = try await read(body, web("leaf")) else { return #expect(Bool(false)) }
        #expect(events.map(\.classification.reason) == [.complaint])
        let plain = try await sns.message({ $0["Subject"] = nil }, version: version)
        #expect(try await read(plain, web("leaf")) != .events([]))
    }

    @Test("a field that is changed, another version, another key: refused")
    func tampered() async throws {
        let messages = [
            try await sns.message(after: { $0["Message"]?.append(" ") }),
            try await sns.message(after: { $0["MessageId"] = "other" }),
            try await sns.message(after: { $0["Subject"] = "other" }),
            try await sns.message(after: { $0["Timestamp"] = HookFixture.iso8601(secondsAgo: 31) }),
            try await sns.message(after: { $0["SignatureVersion"] = "2" }),
            try await sns.message(after: { $0["SignatureVersion"] = "3" }),
            try await sns.message(after: { $0["Signature"] = "AAAA" }),
            try await sns.message(after: { $0["Signature"] = nil }), try await sns.message(key: "ca"),
        ]
        for message in messages {
            let code = await refusal { _ = try await read(message, try web("leaf")) }
            #expect(code == .forbidden, "\(message)")
        }
        // A topic that the configuration lacks may be there soon.
        let other = try await sns.message({ $0["TopicArn"] = SNSFixture.topic + "2" })
        let untouched = try web("leaf")
        #expect(await refusal { _ = try await read(other, untouched) } == .unavailable)
        #expect(untouched.asked == [])
        let raw = SNSFixture.complaint
        #expect(await refusal { _ = try await read(raw, try web("leaf")) } == .forbidden)
        #expect(await refusal { _ = try await read("no JSON", try web("leaf")) } == .malformed)
    }

    @Test(
        "a certificate is fetched from SNS's own hosts alone, and nothing is asked of others",
        arguments: [
            ("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", true),
            ("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-a.pem", false),
            ("https://sns.eu-west-1.amazonaws.com.cn/SimpleNotificationService-a.pem", false),
            ("https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("https://sns.s3-eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("https://sns.s3.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("https://sns.s3-website-eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-a.pem", false),
            ("https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("https://sns.eu-west-1.amazonaws.com.example.net/SimpleNotificationService-a.pem", false),
            ("https://example.net/sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem?Action=GetTopic", false),
            ("https://sns.eu-west-1.amazonaws.com/?Action=SimpleNotificationService-a.pem", false),
            ("https://sns.eu-west-1.amazonaws.com/x/../SimpleNotificationService-a.pem", false),
            ("https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem", false),
            ("https://sns.a.b.amazonaws.com/SimpleNotificationService-a.pem", false),
            (#"https://example.net\@sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem"#, false), ("", false),
        ])
    func addresses(url: String, isSNS: Bool) async throws {
        #expect(SNSAddress.isCertificate(url, topic: SNSFixture.topic) == isSNS)
        guard !isSNS else { return }
        let web = try web("leaf")
        let body = try await sns.message({ $0["SigningCertURL"] = url })
        #expect(await refusal { _ = try await read(body, web) } != nil)
        #expect(web.asked == [])
    }

    @Test(
        "the host is that of the topic's region, and what stands for the region has a region's form",
        arguments: [
            ("cn-north-1", ".cn", "cn-north-1", true), ("us-gov-west-1", "", "us-gov-west-1", true),
            ("ap-southeast-1", "", "ap-southeast-1", true), ("cn-north-1", "", "cn-north-1", false),
            ("eu-west-1", "", "us-east-1", false), ("s3-eu-west-1", "", "s3-eu-west-1", false),
            ("eu-west", "", "eu-west", false), ("eu-1", "", "eu-1", false), ("eu-west-x", "", "eu-west-x", false),
            ("eu--1", "", "eu--1", false), ("", "", "", false),
        ])
    func regions(host: String, suffix: String, topic: String, isSNS: Bool) {
        let url = "https://sns.\(host).amazonaws.com\(suffix)/SimpleNotificationService-a.pem"
        #expect(SNSAddress.isCertificate(url, topic: "arn:aws:sns:\(topic):123456789012:mail") == isSNS)
        #expect(SNSAddress.isName("sns.\(host).amazonaws.com\(suffix)") == (isSNS || host == "eu-west-1"))
    }

    @Test(
        "a certificate that is another's, or no certificate, is refused; one that cannot be fetched is asked for again")
    func certificates() async throws {
        let body = try await sns.message()
        let url = SNSFixture.certificateURL
        let other = try await SNSFixture(name: "sns.amazonaws.com.example.net")
        let otherBody = try await other.message()
        let otherWeb = StoredWeb([url: try other.pem("leaf")])
        #expect(await refusal { _ = try await read(otherBody, otherWeb) } == .forbidden)
        #expect(await refusal { _ = try await read(body, StoredWeb([url: Array("hello".utf8)])) } == .forbidden)
        #expect(await refusal { _ = try await read(body, StoredWeb()) } == .unavailable)
        let regional = try await SNSFixture(name: "sns.eu-west-1.amazonaws.com")
        let regionalBody = try await regional.message()
        #expect(try await read(regionalBody, StoredWeb([url: try regional.pem("leaf")])) != .events([]))
    }

    @Test("a file that holds the chain must lead to an authority that is trusted")
    func chain() async throws {
        let body = try await sns.message()
        #expect(await refusal { _ = try await read(body, try web("leaf", "ca")) } == .forbidden)
        let trusting = SNSCertificates(fetcher: try web("leaf", "ca"), roots: try sns.authority)
        try await trusting.verify(SNSMessage(reading: Array(body.utf8)), at: HookFixture.now)
    }

    @Test("a certificate counts while it is valid only")
    func validity() async throws {
        let message = try await SNSMessage(reading: Array(sns.message().utf8))
        let certificate = try await SNSCertificate(pem: sns.pem("leaf"))
        #expect(certificate.hasSigned(message, at: .now + .seconds(3600)))
        #expect(!certificate.hasSigned(message, at: .now + .seconds(5 * 86_400)))
        #expect(!certificate.hasSigned(message, at: UnixTime(milliseconds: 0)))
    }

    @Test("a certificate is fetched once a day, and few a minute")
    func cache() async throws {
        let web = try web("leaf")
        let certificates = SNSCertificates(fetcher: web)
        let message = try await SNSMessage(reading: Array(sns.message().utf8))
        for seconds in [0, 1, 3600] { try await certificates.verify(message, at: HookFixture.now + .seconds(seconds)) }
        #expect(web.asked.count == 1)
        for number in 0..<20 {
            let url = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-\(number).pem"
            let stranger = try SNSMessage(
                reading: Array(await sns.message({ $0["SigningCertURL"] = url }).utf8))
            #expect(
                await refusal { try await certificates.verify(stranger, at: HookFixture.now + .seconds(3601)) }
                    == .unavailable)
        }
        #expect(web.asked.count == 11)
        // What is known already needs nobody.
        try await certificates.verify(message, at: HookFixture.now + .seconds(3602))
    }

    @Test(
        "a certificate that served counts beyond its day as long as no new one can be fetched, and others do not keep it from being"
    )
    func renewal() async throws {
        let web = try web("leaf")
        let certificates = SNSCertificates(fetcher: web)
        let message = try await SNSMessage(reading: Array(sns.message().utf8))
        try await certificates.verify(message, at: HookFixture.now)
        web.close()
        let tomorrow = HookFixture.now + .seconds(86_401)
        for _ in 0..<3 { try await certificates.verify(message, at: tomorrow) }
        #expect(web.asked.count == 2, "within a minute it is asked for once")
        for number in 0..<20 {
            let url = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-\(number).pem"
            let stranger = try SNSMessage(reading: Array(await sns.message({ $0["SigningCertURL"] = url }).utf8))
            #expect(
                await refusal { try await certificates.verify(stranger, at: tomorrow + .seconds(61)) } == .unavailable)
        }
        #expect(web.asked.count == 12)
        try await certificates.verify(message, at: tomorrow + .seconds(62))
        #expect(web.asked.count == 13)
    }

    @Test("many messages that name a certificate at once have it fetched once")
    func together() async throws {
        let web = try web("leaf")
        web.isSlow = true
        let certificates = SNSCertificates(fetcher: web)
        let message = try await SNSMessage(reading: Array(sns.message().utf8))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<20 { tasks.addTask { try await certificates.verify(message, at: HookFixture.now) } }
            try await tasks.waitForAll()
        }
        #expect(web.asked.count == 1)
    }

    @Test("a subscription to a topic of ours is confirmed at SNS's own address; any other is not")
    func confirmation() async throws {
        func body(_ url: String, topic: String = SNSFixture.topic) async throws -> String {
            try await sns.message({
                $0["Type"] = "SubscriptionConfirmation"
                $0["Subject"] = nil
                $0["Message"] = "You have chosen to subscribe.\nTo confirm, visit the SubscribeURL."
                $0["Token"] = "abc"
                $0["TopicArn"] = topic
                $0["SubscribeURL"] = url
            })
        }
        let web = try web("leaf")
        guard case .settled = try await read(body(SNSFixture.subscribeURL), web) else { return #expect(Bool(false)) }
        #expect(web.asked == [SNSFixture.certificateURL, SNSFixture.subscribeURL])
        for url in [
            "https://example.net/?Action=ConfirmSubscription&TopicArn=\(SNSFixture.topic)",
            SNSFixture.subscribeURL.replacing("Confirm", with: "Cancel"),
            SNSFixture.subscribeURL + "&Action=DeleteTopic", SNSFixture.subscribeURL.replacing(":mail", with: ":other"),
        ] {
            let body = try await body(url)
            #expect(await refusal { _ = try await read(body, try self.web("leaf")) } == .forbidden, "\(url)")
        }
        let others = try await body(SNSFixture.subscribeURL, topic: "arn:aws:sns:eu-west-1:666:evil")
        #expect(await refusal { _ = try await read(others, try self.web("leaf")) } == .unavailable)
        let farewell = try await sns.message({ $0["Type"] = "UnsubscribeConfirmation" })
        guard case .settled = try await read(farewell, web) else { return #expect(Bool(false)) }
        #expect(web.asked.count == 3, "a certificate is fetched again by new hooks, and nothing else")
    }

    @Test(
        "what was signed hours ago is refused; what comes out of the future is to come again, for the clock may be wrong"
    )
    func age() async throws {
        let body = try await sns.message()
        let web = try web("leaf")
        #expect(await refusal { _ = try await read(body, web, at: HookFixture.now + .seconds(3600)) } == nil)
        #expect(await refusal { _ = try await read(body, web, at: HookFixture.now + .seconds(8000)) } == .forbidden)
        #expect(await refusal { _ = try await read(body, web, at: HookFixture.now + .seconds(-600)) } == .unavailable)
    }

    @Test("the words that SES sends when a topic is set, and what is none of our business, are taken and forgotten")
    func others() async throws {
        for text in [
            "Successfully validated SNS topic for Amazon SES event publishing.", #"{"eventType":"Open"}"#,
            #"{"eventType":"Bounce"}"#, "[]", "",
        ] {
            let body = try await sns.message({ $0["Message"] = text })
            #expect(try await read(body, web("leaf")) == .events([]), "\(text)")
        }
    }
}
