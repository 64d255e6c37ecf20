internal import CampaignCoordinator
internal import Contacts
internal import Delivery
internal import Foundation
internal import Hummingbird
internal import Logging
internal import RedisClient

/// Turns every error into the API's one form, with the status that fits it.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    func handle(
        _ request: Request, context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let answer = Self.answer(to: error, request: request)
            if answer.status.code >= 500 {
                // Redis away is a state that the coordinator's loops have told of, no fault of the request.
                context.logger.log(
                    level: answer.status == .serviceUnavailable ? .debug : .error, "a request failed",
                    metadata: ["http.path": "\(request.uri.path)", "error": "\(error)"])
            }
            var response = try context.responseEncoder.encode(answer.report, from: request, context: context)
            response.status = answer.status
            if answer.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"postrider\"" }
            return response
        }
    }

    private typealias Answer = (status: HTTPResponse.Status, report: APIErrorReport)

    private static func answer(to error: any Error, request: Request) -> Answer {
        switch error {
        case let report as APIErrorReport: (status(ofCode: report.error.code), report)
        case let error as CoordinatorError: answer(to: error)
        case let error as ContactBookError: answer(to: error)
        case let error as RedisError:
            (.serviceUnavailable, APIErrorReport(code: "redis", message: "Redis does not answer: \(error)"))
        case let error as EmailAddressError: (.badRequest, APIErrorReport(code: "bad_input", message: "\(error)"))
        case let error as DecodingError: (.badRequest, APIErrorReport(code: "bad_input", message: words(for: error)))
        case let error as MailingOptionsError: (.badRequest, APIErrorReport(code: "bad_input", message: "\(error)"))
        case let error as RetryPolicyError: (.badRequest, APIErrorReport(code: "bad_input", message: "\(error)"))
        case let error as any HTTPResponseError: answer(to: error, request: request)
        default: (.internalServerError, APIErrorReport(code: "internal", message: "something went wrong: \(error)"))
        }
    }

    private static func status(ofCode code: String) -> HTTPResponse.Status {
        switch code {
        case "no_token", "wrong_token": .unauthorized
        case "not_found": .notFound
        case "too_large": .contentTooLarge
        default: .badRequest
        }
    }

    private static func answer(to error: CoordinatorError) -> Answer {
        let status: HTTPResponse.Status =
            switch error.code {
            case .badInput: .badRequest
            case .notFound: .notFound
            case .wrongState, .alreadyRunning: .conflict
            case .redis: .serviceUnavailable
            case .badDataDirectory: .internalServerError
            }
        return (status, APIErrorReport(code: error.code.rawValue, message: error.message))
    }

    private static func answer(to error: ContactBookError) -> Answer {
        let (status, code): (HTTPResponse.Status, String) =
            switch error.code {
            case .storage: (.internalServerError, "storage")
            case .unknownList, .unknownCampaign, .unknownMailing, .unknownContact: (.notFound, "not_found")
            case .alreadyExists: (.conflict, "already_exists")
            case .importRunning, .importInterrupted, .wrongState: (.conflict, "wrong_state")
            case .malformedFile: (.badRequest, "malformed_file")
            case .badName, .badHeader, .badArgument, .severalMailings: (.badRequest, "bad_input")
            }
        let rows = error.malformedRows.map { APIErrorReport.Row(line: $0.line, problem: $0.problem) }
        return (
            status,
            APIErrorReport(
                code: code, message: error.message, rows: rows.isEmpty ? nil : rows,
                rowCount: rows.isEmpty ? nil : error.malformedCount)
        )
    }

    /// What the framework refuses by itself: an unknown path, a body that is too large or not JSON.
    private static func answer(to error: any HTTPResponseError, request: Request) -> Answer {
        switch error.status {
        case .notFound:
            (
                .notFound,
                APIErrorReport(code: "not_found", message: "there is nothing at \(request.method) \(request.uri.path)")
            )
        case .contentTooLarge:
            (.contentTooLarge, APIErrorReport(code: "too_large", message: "the request's body is too large"))
        default:
            (error.status, APIErrorReport(code: "bad_input", message: (error as? HTTPError)?.body ?? "\(error)"))
        }
    }

    private static func words(for error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "" : " at \(path.map(\.stringValue).joined(separator: "."))"
        }
        return switch error {
        case .keyNotFound(let key, let context): "the field \(key.stringValue) is missing\(place(context.codingPath))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "a value of the wrong kind\(place(context.codingPath)): \(context.debugDescription)"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "the request's body is not JSON as expected: \(context.debugDescription)"
                : "a wrong value\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}
