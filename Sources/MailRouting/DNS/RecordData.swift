/// Reads records as they are on the wire; `nil` for what is no such record.
enum RecordData {
    /// MX: a number of two bytes and a name (RFC 1035 §3.3.9).
    static func mx(_ data: [UInt8]) -> MXRecord? {
        guard data.count >= 3, let host = name(data[2...]) else { return nil }
        return MXRecord(UInt16(data[0]) << 8 | UInt16(data[1]), host)
    }

    /// TXT: strings, each after its length, which belong together (RFC 1035 §3.3.14, RFC 7208 §3.3).
    static func text(_ data: [UInt8]) -> String? {
        var text: [UInt8] = []
        var rest = data[...]
        while let length = rest.popFirst() {
            guard rest.count >= Int(length) else { return nil }
            text += rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// TLSA: three bytes and the data (RFC 6698 §2.1).
    static func tlsa(_ data: [UInt8]) -> TLSARecord? {
        guard data.count > 3 else { return nil }
        return TLSARecord(usage: data[0], selector: data[1], matching: data[2], data: Array(data[3...]))
    }

    /// A or AAAA: the address as text.
    static func address(_ data: [UInt8]) -> String? { IPAddress(bytes: data)?.description }

    /// A name: labels, each after its length, and the root (RFC 1035 §3.1).
    ///
    /// A resolver hands them out uncompressed.
    static func name(_ data: ArraySlice<UInt8>) -> String? {
        var labels: [String] = []
        var rest = data
        while let length = rest.popFirst() {
            guard length > 0 else { return rest.isEmpty ? labels.joined(separator: ".").lowercased() : nil }
            guard length <= 63, rest.count >= Int(length) else { return nil }
            let label = rest.prefix(Int(length))
            // A dot, a space or the like in a label would read as something else once it is text.
            guard label.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") }) else { return nil }
            labels.append(String(decoding: label, as: UTF8.self))
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }
}
