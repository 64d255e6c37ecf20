import Delivery
import Foundation
import MailMessage
import Synchronization
import TestSupport
import Testing

@testable import ProviderEvents

/// What the tests of hooks have in common: a moment, a contact, a key for its token, and a folder with keys of providers.
struct HookFixture {
    /// When requests come in: an hour ahead, so that the certificates that a test makes are valid by then.
    static let now = UnixTime(milliseconds: (UnixTime.now.milliseconds / 1000 + 3600) * 1000)
    /// The same in seconds.
    static var seconds: Int { Int(now.milliseconds / 1000) }
    static let job = DeliveryJob.ID(mailing: MailingID(rawValue: 7), ordinal: 42)

    let keys: TokenKeys
    let token: String

    init() throws {
        let key = try TokenKey(id: 1, secret: [UInt8](0..<32))
        keys = try TokenKeys([key])
        token = key.text(ContactToken(.bounce, job: Self.job))
    }

    /// A moment before ``now`` in the form of ISO 8601.
    static func iso8601(secondsAgo: Int) -> String {
        Date(timeIntervalSince1970: Double(seconds - secondsAgo)).ISO8601Format()
    }

    /// Hooks with a configuration, which see only the web that a test makes up.
    func hooks(
        _ web: StoredWeb = StoredWeb(), known: KnownSignatures = KnownSignatures(),
        _ configure: (inout WebhookConfiguration) -> Void
    ) -> ProviderHooks {
        var configuration = WebhookConfiguration()
        configure(&configuration)
        return ProviderHooks(
            configuration, keys: keys, fetcher: web, certificates: SNSCertificates(fetcher: web),
            remember: { try known.admits($0) })
    }

    static func request(
        _ body: String, _ headers: [(name: String, value: String)] = [], at time: UnixTime = now
    ) -> WebhookRequest {
        WebhookRequest(headers: headers, body: Array(body.utf8), received: time)
    }

    /// Reads a provider's JSON without asking for a signature.
    func events(_ provider: MailProvider, _ body: String) throws -> [InboundEvent] {
        let json = try JSONValue(reading: Array(body.utf8))
        let reports =
            switch provider {
            case .ses: SESReader.reports(body, id: "sns-1")
            case .sendgrid: try SendGridReader.reports(json)
            case .mailgun: try MailgunReader.reports(json)
            case .postmark: try PostmarkReader.reports(json)
            case .mailjet: try MailjetReader.reports(json)
            }
        return reports.compactMap { $0.event(keys: keys, received: Self.now) }
    }

    /// Signs by the script of the fixtures.
    static func sign(_ words: [String]) async throws -> String {
        let script = try #require(Bundle.module.url(forResource: "Fixtures/sign", withExtension: "py"))
        return try await Tool.run(["python3", script.path] + words)
    }
}

/// Remembers signatures as the contact book does.
final class KnownSignatures: Sendable {
    private struct Closed: Error {}
    private let contents = Mutex<[InboundEventID: InboundEventID]?>([:])

    var count: Int { contents.withLock { $0?.count ?? 0 } }

    /// From now on nothing can be remembered.
    func close() { contents.withLock { $0 = nil } }

    func admits(_ signed: SignedOnce) throws -> Bool {
        try contents.withLock { contents in
            guard contents != nil else { throw Closed() }
            if let known = contents?[signed.signature] { return known == signed.content }
            contents?[signed.signature] = signed.content
            return true
        }
    }
}

/// A web of a few pages.
final class StoredWeb: WebFetching {
    private let pages: Mutex<[String: [UInt8]]>
    private let log = Mutex<[String]>([])
    private let slow = Mutex(false)

    init(_ pages: [String: [UInt8]] = [:]) {
        self.pages = Mutex(pages)
    }

    /// Whether it lets others go first before it answers.
    var isSlow: Bool {
        get { slow.withLock(\.self) }
        set { slow.withLock { $0 = newValue } }
    }

    /// From now on there is no page.
    func close() { pages.withLock { $0 = [:] } }

    /// What was asked for, in order.
    var asked: [String] { log.withLock(\.self) }

    func get(_ url: String) async throws(WebFetchError) -> [UInt8] {
        log.withLock { $0.append(url) }
        for _ in 0..<(isSlow ? 1000 : 0) { await Task.yield() }
        guard let page = pages.withLock({ $0[url] }) else { throw WebFetchError(message: "there is no such page") }
        return page
    }
}

/// A folder that goes when the test does.
final class Folder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("hooks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}

/// The code of the error that something throws; `nil` when it succeeds.
func refusal(_ body: () async throws -> Void) async -> WebhookError.Code? {
    do {
        try await body()
        return nil
    } catch let error as WebhookError {
        return error.code
    } catch {
        Issue.record(error)
        return nil
    }
}
