internal import Hummingbird

/// What every answer of the public server says to browsers, caches and search engines.
struct PublicHeaders: RouterMiddleware {
    typealias Context = PublicRequestContext

    private static let fields: [(HTTPFields.Element.Name, String)] = [
        ("Content-Security-Policy", PublicPage.contentSecurityPolicy),
        ("Cache-Control", "no-store"),
        // The address of the page holds the token.
        ("Referrer-Policy", "no-referrer"),
        ("X-Robots-Tag", "noindex, nofollow"),
        ("X-Content-Type-Options", "nosniff"),
    ].compactMap { name, value in HTTPFields.Element.Name(name).map { ($0, value) } }

    func handle(
        _ request: Request, context: PublicRequestContext,
        next: @concurrent (Request, PublicRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in Self.fields { response.headers[name] = value }
        return response
    }
}
