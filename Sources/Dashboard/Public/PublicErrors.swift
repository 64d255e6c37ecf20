internal import Hummingbird
internal import Logging

/// Turns every error into a page that says nothing of what is inside, nor about anybody.
struct PublicErrors: RouterMiddleware {
    typealias Context = PublicRequestContext

    func handle(
        _ request: Request, context: PublicRequestContext,
        next: @concurrent (Request, PublicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError where error.status.code < 500 {
            return .page(
                .problem(\.unknown, accepted: request.headers[.acceptLanguage]), status: error.status, for: request)
        } catch {
            // Without the path, in which the token stands.
            context.logger.error("a public request failed", metadata: ["error": "\(error)"])
            return .page(
                .problem(\.trouble, accepted: request.headers[.acceptLanguage]), status: .serviceUnavailable,
                for: request)
        }
    }
}
