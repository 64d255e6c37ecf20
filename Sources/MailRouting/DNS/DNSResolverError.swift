/// Why there is no resolver.
public struct DNSResolverError: Error, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        case outOfMemory
        /// An address, a zone or a trust anchor that libunbound does not take.
        case badConfiguration
    }

    public var code: Code
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "DNS: \(message)" }
}
