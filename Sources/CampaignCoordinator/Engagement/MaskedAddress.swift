/// An address for a page that others may see: `a…@example.org`.
enum MaskedAddress {
    static func text(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@") else { return "…" }
        // Of a local part of one letter nothing would be hidden.
        let local = address[..<at]
        return "\(local.count > 1 ? String(local.prefix(1)) : "")…\(address[at...])"
    }
}
