/// What a server's certificate or its authority must be (RFC 6698 §2).
public struct TLSARecord: Sendable, Hashable, CustomStringConvertible {
    /// 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218 §2.1).
    public var usage: UInt8
    /// What is compared: 0 the whole certificate, 1 its public key.
    public var selector: UInt8
    /// As what: 0 itself, 1 its SHA-256, 2 its SHA-512.
    public var matching: UInt8
    public var data: [UInt8]

    public init(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matching = matching
        self.data = data
    }

    /// Whether mail between servers may rely on it: DANE-TA or DANE-EE, with parameters that are known (RFC 7672 §3.1).
    public var isUsable: Bool {
        guard usage == 2 || usage == 3, selector <= 1 else { return false }
        return switch matching {
        case 0: !data.isEmpty
        case 1: data.count == 32
        case 2: data.count == 64
        default: false
        }
    }

    /// As zone files have it.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        let hex = data.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "\(usage) \(selector) \(matching) \(String(decoding: hex, as: UTF8.self))"
    }
}
