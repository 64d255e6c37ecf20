internal import Foundation

/// Any JSON, read leniently: what is missing or of another kind reads as `nil`, so that a field that a provider adds or changes
/// costs that field and no event.
enum JSONValue: Hashable, Sendable, Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a body.
    init(reading bytes: [UInt8]) throws(WebhookError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw WebhookError(.malformed, "the body is not JSON")
        }
    }

    init(from decoder: any Decoder) throws {
        // Texts first: there are more of them than of all others.
        if let single = try? decoder.singleValueContainer() {
            if let text = try? single.decode(String.self) {
                self = .string(text)
                return
            }
            if let number = try? single.decode(Int64.self) {
                self = .integer(number)
                return
            }
            if single.decodeNil() {
                self = .null
                return
            }
            if let flag = try? single.decode(Bool.self) {
                self = .bool(flag)
                return
            }
            if let number = try? single.decode(Double.self) {
                self = .number(number)
                return
            }
            if let members = try? single.decode([String: JSONValue].self) {
                self = .object(members)
                return
            }
        }
        self = .array(try decoder.singleValueContainer().decode([JSONValue].self))
    }

    /// A member of an object.
    subscript(name: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members[name] ?? .null
    }

    /// The elements of an array.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var isObject: Bool {
        guard case .object = self else { return false }
        return true
    }

    /// A text that is not empty, or a whole number as text.
    var text: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .integer(let number): String(number)
        default: nil
        }
    }

    /// A number, or a text that is one.
    var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .string(let text): Double(text)
        default: nil
        }
    }

    /// A whole number, or a text that is one; `nil` for what does not fit.
    var whole: Int? { double.flatMap { Int(exactly: $0) } }

    var flag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .integer(let number): number != 0
        default: nil
        }
    }
}
