/// One reply of Redis, or a part of one.
///
/// Strings are `[UInt8]`: a reply is copied out of the protocol reader exactly once, into one allocation each.
public enum RedisValue: Sendable, Hashable {
    /// A null bulk string or a null array.
    case null
    /// A bulk string or a status such as `OK`.
    case string([UInt8])
    case integer(Int64)
    case array([RedisValue])
    /// An error inside an array. A reply that as a whole is an error is thrown.
    case error(RedisErrorReply)
}

extension RedisValue {
    public var isNull: Bool { self == .null }

    /// The bytes of a string, nil for anything else.
    public var bytes: [UInt8]? {
        guard case .string(let bytes) = self else { return nil }
        return bytes
    }

    /// A string as UTF-8 (repaired where it is not), nil for anything else.
    public var text: String? {
        guard case .string(let bytes) = self else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// An integer, or a string that holds one in decimal; nil for anything else.
    public var number: Int64? {
        switch self {
        case .integer(let number): number
        case .string(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        case .null, .array, .error: nil
        }
    }

    /// The elements of an array, nil for anything else.
    public var elements: [RedisValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}

extension RedisValue: CustomStringConvertible {
    /// The value for debugging, long parts shortened; replies may hold personal data, so not for logs.
    public var description: String {
        switch self {
        case .null: "null"
        case .string(let bytes):
            bytes.count > 200 ? "string(\(bytes.count) bytes)" : "\"\(String(decoding: bytes, as: UTF8.self))\""
        case .integer(let number): "\(number)"
        case .array(let elements):
            elements.count > 50 ? "array(\(elements.count) elements)" : "\(elements)"
        case .error(let reply): "error(\(reply.text))"
        }
    }
}
