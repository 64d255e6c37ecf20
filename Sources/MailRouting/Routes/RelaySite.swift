/// The site of a relay.
enum RelaySite {
    /// `relay.example`, with its port unless that is 25; `nil` for what is no URL of a server.
    ///
    /// Only host and port count: who logs in, and how, does not change which server is paced.
    static func name(ofURL url: String) -> String? {
        guard let scheme = url.firstRange(of: "://"), scheme.lowerBound > url.startIndex else { return nil }
        var rest = url[scheme.upperBound...]
        if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        guard !rest.isEmpty, !rest.contains(where: \.isWhitespace) else { return nil }
        let name = rest.lowercased()
        return name.hasSuffix(":25") ? String(name.dropLast(3)) : name
    }
}
