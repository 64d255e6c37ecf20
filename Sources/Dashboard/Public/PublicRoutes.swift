internal import CampaignCoordinator
internal import Hummingbird
internal import Logging
internal import NIOCore

/// What readers of messages can reach.
struct PublicRoutes: Sendable {
    let coordinator: Coordinator

    /// The router of the public server.
    func router() -> Router<PublicRequestContext> {
        let router = Router(context: PublicRequestContext.self)
        router.add(middleware: PublicHeaders())
        router.add(middleware: PublicErrors())
        router.get("healthz") { _, _ in "ok\n" }
        router.get("robots.txt") { _, _ in "User-agent: *\nDisallow: /\n" }
        addUnsubscribing(to: router)
        addTracking(to: router)
        return router
    }

    private func addUnsubscribing(to router: Router<PublicRequestContext>) {
        // Looking is not leaving: filters and previews follow every link.
        for method in [HTTPRequest.Method.get, .head] {
            router.on("u/{token}", method: method) { request, context in
                guard let contact = try await coordinator.unsubscribePage(try context.parameters.require("token"))
                else {
                    throw HTTPError(.notFound)
                }
                return Response.page(
                    .unsubscribing(contact, accepted: request.headers[.acceptLanguage]), for: request)
            }
        }
        router.post("u/{token}") { request, context -> Response in
            let token = try context.parameters.require("token")
            let accepted = request.headers[.acceptLanguage]
            let body = try await request.body.collect(upTo: UnsubscribeForm.maximumSize)
            guard let form = UnsubscribeForm(contentType: request.headers[.contentType], body: body.readableBytesView)
            else {
                guard let contact = try await coordinator.unsubscribePage(token) else { throw HTTPError(.notFound) }
                return .page(.unsubscribing(contact, accepted: accepted), status: .badRequest, for: request)
            }
            do {
                guard try await coordinator.unsubscribe(token, by: form == .oneClick ? .oneClick : .page) else {
                    throw HTTPError(.notFound)
                }
                // No redirect, and nothing to render, for programs (RFC 8058 §3.2).
                guard form == .page else {
                    return Response(
                        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                        body: .init(byteBuffer: ByteBuffer(string: "unsubscribed\n")))
                }
                guard let contact = try await coordinator.unsubscribePage(token) else { throw HTTPError(.notFound) }
                return .page(.unsubscribing(contact, accepted: accepted), for: request)
            } catch let error where !(error is HTTPError) {
                context.logger.error("somebody could not be unsubscribed", metadata: ["error": "\(error)"])
                let language = try? await coordinator.unsubscribePage(token)?.language
                return .page(
                    .problem(\.notDone, in: language, accepted: accepted), status: .serviceUnavailable, for: request)
            }
        }
    }

    private func addTracking(to router: Router<PublicRequestContext>) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on("o/{token}", method: method) { request, context in
                if request.isMeant { coordinator.noteOpen(try context.parameters.require("token")) }
                // The same for every token: a wrong one is told nothing, and a reader sees no broken picture.
                return Response(
                    status: .ok, headers: [.contentType: "image/gif"],
                    body: .init(byteBuffer: ByteBuffer(bytes: request.method == .head ? [] : Self.picture)))
            }
            router.on("c/{token}/{link}", method: method) { request, context in
                guard let link = Int(try context.parameters.require("link")),
                    let target = try await coordinator.target(
                        ofLink: link, token: try context.parameters.require("token"), isClick: request.isMeant)
                else { throw HTTPError(.notFound) }
                return Response(status: .found, headers: [.location: target])
            }
        }
    }

    /// A transparent picture of one point, as GIF 89a.
    private static let picture: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF,
        0xFF, 0x21, 0xF9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2C, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00,
        0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3B,
    ]
}

extension Request {
    /// Whether somebody wants it now: no HEAD, no browser that fetches ahead.
    fileprivate var isMeant: Bool {
        guard method == .get else { return false }
        return !["Sec-Purpose", "Purpose", "X-Moz"].contains { name in
            HTTPFields.Element.Name(name).flatMap { headers[$0] }?.lowercased().contains("prefetch") ?? false
        }
    }
}

extension Response {
    /// A public page; the answer to HEAD is without it.
    static func page(_ page: PublicPage, status: HTTPResponse.Status = .ok, for request: Request) -> Response {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .contentLanguage: page.languageTag]
        if status == .serviceUnavailable { headers[.retryAfter] = "120" }
        let body = request.method == .head ? ByteBuffer() : ByteBuffer(string: page.html)
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }
}
