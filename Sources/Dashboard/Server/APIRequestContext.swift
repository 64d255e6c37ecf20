public import Foundation
public import Hummingbird
internal import NIOCore

/// What a request to the API carries: JSON in and out, and names of the path with their escapes undone.
public struct APIRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// A template and its HTML are much smaller than this; files of contacts are streamed and do not count.
    public var maxUploadSize: Int { 16 << 20 }

    /// Keys in one order and slashes as they are, for people who look.
    public var responseEncoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// Reads a request's JSON; throws a `DecodingError` that still says which field is wrong.
    func read<Value: Decodable>(_ type: Value.Type, from request: Request) async throws -> Value {
        let body = try await request.body.collect(upTo: maxUploadSize)
        return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }

    /// A name from the path, such as a list's; throws when its percent escapes are wrong.
    func name(_ parameter: String) throws -> String {
        guard let name = try parameters.require(parameter).removingPercentEncoding, !name.isEmpty else {
            throw APIErrorReport(code: "bad_input", message: "the name in the path is empty or not UTF-8")
        }
        return name
    }
}

extension Request {
    /// The values of a query's parameter, in order.
    func values(_ parameter: String) -> [String] {
        uri.queryParameters[values: parameter[...]].map(String.init)
    }

    /// The mailing of a campaign that is meant; `nil` when none is named.
    var mailing: String? { values("mailing").first }

    /// A query's parameter as a number of things to answer: 1 to `most`.
    func limit(default standard: Int, most: Int) throws -> Int {
        guard let text = values("limit").first else { return standard }
        guard let limit = Int(text), (1...most).contains(limit) else {
            throw APIErrorReport(code: "bad_input", message: "limit must be a number from 1 to \(most)")
        }
        return limit
    }
}
