import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import MailMessage
import NIOCore
import ProviderEvents
import Synchronization
import Testing

@testable import Dashboard

@Suite("Where providers post")
struct WebhookRouteTests {
    private static let secret = "0123456789abcdef"
    private static let complaint = #"{"RecordType":"SpamComplaint","ID":1,"Email":"ann@example.net"}"#

    private struct Full: Error {}

    /// Posts; answers the status, the text and the events that were to be booked.
    private func post(
        _ path: String, _ body: String, user: String? = "postmark", isFull: Bool = false, log: Lines = Lines()
    ) async throws -> (status: HTTPResponse.Status, text: String, events: [InboundEvent]) {
        var configuration = WebhookConfiguration()
        configuration.postmark = WebhookCredentials(.basic(user: "postmark"), secrets: [Self.secret])
        let keys = try TokenKeys([try TokenKey(id: 1, secret: [UInt8](0..<32))])
        let logger = Logger(label: "hooks") { _ in LineLog(lines: log) }
        let booked = Booked()
        let routes = WebhookRoutes(hooks: ProviderHooks(configuration, keys: keys) { _ in true }, logger: logger) {
            events in
            if isFull { throw Full() }
            booked.events.withLock { $0 += events }
        }
        let router = Router(context: BasicRequestContext.self)
        routes.add(to: router)
        var headers: HTTPFields = [:]
        if let user {
            headers[.authorization] = "Basic " + Data("\(user):\(Self.secret)".utf8).base64EncodedString()
        }
        let response = try await Application(router: router, logger: logger).test(.router) { [headers] client in
            try await client.execute(uri: path, method: .post, headers: headers, body: ByteBuffer(string: body))
        }
        return (response.status, String(buffer: response.body), booked.events.withLock(\.self))
    }

    private final class Lines: Sendable {
        let texts = Mutex<[String]>([])
    }

    /// Keeps what is logged.
    private struct LineLog: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.texts.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }

    private final class Booked: Sendable {
        let events = Mutex<[InboundEvent]>([])
    }

    @Test("success is answered when all is booked")
    func booked() async throws {
        let answer = try await post("/hooks/postmark", Self.complaint)
        #expect(answer.status == .ok)
        #expect(answer.events.map(\.classification.reason) == [.complaint])
    }

    @Test("what cannot be booked is to come again")
    func full() async throws {
        let answer = try await post("/hooks/postmark", Self.complaint, isFull: true)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.events == [])
        // What there is nothing to book of need not.
        #expect(try await post("/hooks/postmark", #"{"RecordType":"Open"}"#, isFull: true).status == .ok)
    }

    @Test("each refusal has its status, and nothing is booked")
    func refusals() async throws {
        let long = String(repeating: " ", count: WebhookBodies.mostBytes(.postmark) + 1)
        let medium = String(repeating: " ", count: WebhookBodies.mostBytes(.ses) + 1)
        for (path, body, user, status) in [
            ("/hooks/postmark", Self.complaint, nil, HTTPResponse.Status.unauthorized),
            ("/hooks/postmark", Self.complaint, "somebody", .unauthorized),
            ("/hooks/postmark", "no JSON", "postmark", .badRequest),
            ("/hooks/postmark", "[]", "postmark", .badRequest), ("/hooks/postmark", long, "postmark", .contentTooLarge),
            ("/hooks/ses", medium, nil, .contentTooLarge), ("/hooks/mailgun", medium, nil, .contentTooLarge),
            ("/hooks/postmark", medium, "postmark", .badRequest),
            ("/hooks/sendgrid", Self.complaint, "postmark", .notFound),
            ("/hooks/other", Self.complaint, "postmark", .notFound), ("/hooks", Self.complaint, "postmark", .notFound),
        ] as [(String, String, String?, HTTPResponse.Status)] {
            let answer = try await post(path, body, user: user)
            #expect(answer.status == status, "\(path) \(body.prefix(20))")
            #expect(answer.events == [])
            #expect(!answer.text.contains(Self.secret) && !answer.text.contains("ann@"))
        }
    }

    @Test("a body has its place until it is read and verified")
    func places() async throws {
        let bodies = WebhookBodies()
        func post() -> Request {
            Request(
                head: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/hooks/ses"),
                body: RequestBody(buffer: ByteBuffer(string: "{}")))
        }
        /// What the request gets that comes while so many are being verified.
        func status(beside count: Int) async throws -> HTTPResponse.Status {
            guard count > 0 else {
                do {
                    return try await bodies.read(post(), from: .ses) { _ in .ok }
                } catch let refusal as WebhookBodies.Refusal { return refusal.status }
            }
            return try await bodies.read(post(), from: .ses) { _ in try await status(beside: count - 1) }
        }
        #expect(try await status(beside: WebhookBodies.mostAtOnce - 1) == .ok)
        #expect(try await status(beside: WebhookBodies.mostAtOnce) == .serviceUnavailable)
        #expect(try await status(beside: 0) == .ok)
    }

    @Test("that a provider is not configured is told in the log")
    func unconfigured() async throws {
        let lines = Lines()
        let answer = try await post("/hooks/sendgrid", Self.complaint, log: lines)
        #expect(answer.status == .notFound)
        let told = lines.texts.withLock(\.self)
        #expect(told.contains { $0.contains("refused") && $0.contains("sendgrid") && $0.contains("not in the") })
        #expect(!told.joined().contains("ann@"))
    }

    @Test("refusals are told once a minute for each provider, with how many there were")
    func log() {
        let log = RefusalLog()
        let start = ContinuousClock.now
        #expect(log.count(.ses, now: start) == 1)
        for second in 1...59 { #expect(log.count(.ses, now: start + .seconds(second)) == nil) }
        #expect(log.count(.mailgun, now: start + .seconds(5)) == 1)
        #expect(log.count(.ses, now: start + .seconds(60)) == 60)
    }
}
