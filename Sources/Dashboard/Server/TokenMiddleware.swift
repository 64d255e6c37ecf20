internal import Delivery
internal import Hummingbird

/// Lets only requests through that show the token: `Authorization: Bearer …` (RFC 6750 §2.1).
struct TokenMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    private let token: [UInt8]

    init(token: String) {
        self.token = Array(token.utf8)
    }

    func handle(
        _ request: Request, context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let header = request.headers[.authorization] else {
            throw APIErrorReport(
                code: "no_token",
                message:
                    "this needs the coordinator's token: send \"Authorization: Bearer TOKEN\"; on the command line, set "
                    + "POSTRIDER_TOKEN, or name the coordinator's data directory with --data")
        }
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer",
            ConstantTime.equal(token, Array(words[1].utf8))
        else {
            throw APIErrorReport(
                code: "wrong_token",
                message: "that is not this coordinator's token; it is in the file \"token\" of its data directory")
        }
        return try await next(request, context)
    }
}
