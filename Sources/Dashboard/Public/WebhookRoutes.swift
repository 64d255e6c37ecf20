public import CampaignCoordinator
internal import Contacts
internal import Delivery
public import Hummingbird
public import Logging
internal import NIOCore
public import ProviderEvents

/// Where providers post what became of our messages: `POST /hooks/PROVIDER`.
///
/// Success is answered only when all is booked. After 503 every provider tries again, most of them for hours, SNS for as long as its delivery
/// policy says; after 4xx SNS does not, and others may not.
public struct WebhookRoutes: Sendable {
    private let hooks: ProviderHooks
    /// Books events; returns when that is done.
    private let book: @Sendable ([InboundEvent]) async throws -> Void
    private let logger: Logger
    private let refusals = RefusalLog()
    private let bodies = WebhookBodies()

    /// Routes that book into a coordinator's contact book.
    public init(_ configuration: WebhookConfiguration, coordinator: Coordinator, logger: Logger) {
        let hooks = ProviderHooks(configuration, keys: coordinator.tokenKeys) { signed in
            try await coordinator.admits(signature: signed.signature, with: signed.content)
        }
        self.init(hooks: hooks, logger: logger) { events in
            let summary = try await coordinator.receive(events)
            logger.debug(
                "a provider's events are booked",
                metadata: ["webhook.booked": "\(summary.booked)", "webhook.unmatched": "\(summary.unmatched)"])
        }
    }

    init(
        hooks: ProviderHooks, logger: Logger, book: @escaping @Sendable ([InboundEvent]) async throws -> Void
    ) {
        self.hooks = hooks
        self.book = book
        self.logger = logger
    }

    /// Adds the routes to a public server's.
    public func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.post("hooks/{provider}") { request, context in
            guard let provider = context.parameters.get("provider").flatMap(MailProvider.init) else {
                return Self.answer(.notFound, "there is no such provider")
            }
            return await self.answer(request, from: provider)
        }
    }

    private func answer(_ request: Request, from provider: MailProvider) async -> Response {
        do {
            let answer = try await bodies.read(request, from: provider) { body in
                try await hooks.read(
                    WebhookRequest(
                        headers: request.headers.map { ($0.name.rawName, $0.value) },
                        body: Array(body.readableBytesView)),
                    from: provider)
            }
            switch answer {
            case .settled(let what):
                logger.notice(
                    "a provider's webhook changed",
                    metadata: ["webhook.provider": "\(provider.rawValue)", "webhook.change": "\(what)"])
                return Self.answer(.ok, what)
            case .events(let events): return await take(events, from: provider)
            }
        } catch let error as WebhookError {
            return refuse(provider, Self.status(error.code), error.message)
        } catch let refusal as WebhookBodies.Refusal {
            return refuse(provider, refusal.status, refusal.message)
        } catch {
            return refuse(provider, .badRequest, "its body cannot be read")
        }
    }

    private func take(_ events: [InboundEvent], from provider: MailProvider) async -> Response {
        guard !events.isEmpty else { return Self.answer(.ok, "there is nothing to book in it") }
        do {
            try await book(events)
        } catch {
            logger.warning(
                "a provider's events cannot be booked; it will send them again",
                metadata: ["webhook.provider": "\(provider.rawValue)", "error": "\(error)"])
            return Self.answer(.serviceUnavailable, "it cannot be booked just now; send it again")
        }
        return Self.answer(.ok, "booked")
    }

    private func refuse(_ provider: MailProvider, _ status: HTTPResponse.Status, _ message: String) -> Response {
        if let count = refusals.count(provider) {
            logger.warning(
                "what a provider posted is refused",
                metadata: [
                    "webhook.provider": "\(provider.rawValue)", "webhook.problem": "\(message)",
                    "webhook.refused": "\(count)",
                ])
        }
        return Self.answer(status, message)
    }

    private static func status(_ code: WebhookError.Code) -> HTTPResponse.Status {
        switch code {
        case .notConfigured: .notFound
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .malformed: .badRequest
        case .unavailable: .serviceUnavailable
        }
    }

    private static func answer(_ status: HTTPResponse.Status, _ message: String) -> Response {
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Basic realm=\"postrider webhooks\"" }
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: message + "\n")))
    }
}
