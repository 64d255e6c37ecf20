public import NIOCore

/// One argument of a command; binary safe, and made without copying what it is made from.
public struct RedisArgument: Sendable, Hashable {
    enum Storage: Sendable, Hashable {
        case string(String)
        case bytes([UInt8])
        case buffer(ByteBuffer)
        case integer(Int64)
    }

    let storage: Storage

    public init(_ string: String) { storage = .string(string) }

    public init(_ bytes: [UInt8]) { storage = .bytes(bytes) }

    /// The readable bytes of a buffer.
    public init(_ buffer: ByteBuffer) { storage = .buffer(buffer) }

    /// A number, in decimal.
    public init(_ number: Int) { storage = .integer(Int64(number)) }

    /// A number, in decimal.
    public init(_ number: Int64) { storage = .integer(number) }
}

extension RedisArgument: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self.init(value) }
}

extension RedisArgument: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
}

extension RedisArgument {
    /// How many bytes it takes on the wire, without the protocol around it; at most so many for a number.
    var byteCount: Int {
        switch storage {
        case .string(let string): string.utf8.count
        case .bytes(let bytes): bytes.count
        case .buffer(let buffer): buffer.readableBytes
        case .integer: 20
        }
    }

    /// Appends the argument's bytes.
    func append(to bytes: inout [UInt8]) {
        switch storage {
        case .string(let string): bytes.append(contentsOf: string.utf8)
        case .bytes(let source): bytes.append(contentsOf: source)
        case .buffer(let buffer): buffer.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        }
    }
}
