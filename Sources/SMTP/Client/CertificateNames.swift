internal import SwiftASN1
internal import X509

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The names that a certificate is for: its subjectAltName, never its common name (RFC 6125 §6.4, RFC 9525).
struct CertificateNames: CustomStringConvertible {
    private var names: [String] = []
    private var addresses: [[UInt8]] = []

    init(names: [String], addresses: [[UInt8]] = []) {
        self.names = names.map(Self.normalized)
        self.addresses = addresses
    }

    /// Reads a certificate in DER form.
    init(der: [UInt8]) throws {
        let certificate = try Certificate(derEncoded: der)
        for name in try certificate.extensions.subjectAlternativeNames ?? SubjectAlternativeNames() {
            switch name {
            case .dnsName(let name): names.append(Self.normalized(name))
            case .ipAddress(let address): addresses.append(Array(address.bytes))
            default: break
            }
        }
    }

    /// In small letters, without the dot of the root.
    static func normalized(_ name: String) -> String {
        let name = name.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    /// Whether the certificate is for this host name or IP address.
    func cover(_ reference: String) -> Bool {
        if let address = Self.octets(of: reference) { return addresses.contains(address) }
        let reference = Self.normalized(reference)
        return names.contains { Self.matches($0, reference) }
    }

    /// The bytes of an IP address as a certificate holds them; `nil` for a host name.
    private static func octets(of text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }

    /// Whether a presented name, both in normal form, stands for a reference; `*` stands for exactly one label, the first.
    private static func matches(_ presented: String, _ reference: String) -> Bool {
        if presented == reference { return !presented.isEmpty }
        guard presented.hasPrefix("*."), let dot = reference.firstIndex(of: "."), dot != reference.startIndex else {
            return false
        }
        let parent = presented.dropFirst(2)
        // *.com would cover half of the world.
        return parent.contains(".") && !parent.contains("*") && parent == reference[reference.index(after: dot)...]
    }

    var description: String {
        let all = names + addresses.map { $0.map(String.init).joined(separator: $0.count == 4 ? "." : ":") }
        return all.isEmpty ? "no name at all" : all.joined(separator: ", ")
    }
}
