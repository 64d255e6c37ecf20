internal import Foundation

/// An IPv4 or IPv6 address.
struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16, in network order.
    let bytes: [UInt8]

    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads the usual text form, without brackets.
    init?(_ text: String) {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        guard inet_pton(family, text, &bytes) == 1 else { return nil }
        self.bytes = bytes
    }

    /// Reads a domain literal: `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
    init?(literal text: String) {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let inner = text.dropFirst().dropLast()
        if inner.prefix(5).lowercased() == "ipv6:" {
            self.init(String(inner.dropFirst(5)))
            guard isIPv6 else { return nil }
        } else {
            self.init(String(inner))
            guard !isIPv6 else { return nil }
        }
    }

    var isIPv6: Bool { bytes.count == 16 }

    /// Whether it leads to this machine: 127.0.0.0/8 and 0.0.0.0/8 (RFC 1122 §3.2.1.3), `::1` and `::`, and IPv4 written
    /// as IPv6.
    var isLoopback: Bool {
        guard isIPv6 else { return bytes[0] == 127 || bytes[0] == 0 }
        guard bytes[..<10].allSatisfy({ $0 == 0 }) else { return false }
        if bytes[10] == 0xFF, bytes[11] == 0xFF { return bytes[12] == 127 || bytes[12] == 0 }
        return bytes[10..<15].allSatisfy { $0 == 0 } && bytes[15] <= 1
    }

    /// The domain literal in its one canonical form.
    var literal: String { isIPv6 ? "[IPv6:\(self)]" : "[\(self)]" }

    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
