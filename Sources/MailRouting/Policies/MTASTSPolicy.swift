/// What a domain demands of TLS to its mail servers (RFC 8461 §3.2).
struct MTASTSPolicy: Sendable, Hashable {
    enum Mode: String, Sendable {
        /// Only to hosts that match, and only with a valid certificate.
        case enforce
        /// As if there were no policy, but failures are counted.
        case testing
        /// No policy.
        case none
    }

    var mode: Mode
    /// Host names, `*.` at the beginning standing for exactly one label; in lower case.
    var patterns: [String]
    /// For how long it may be kept, in seconds.
    var maxAge: Int

    /// The longest time that a policy may ask for: about a year.
    static let maxAgeLimit = 31_557_600

    /// Reads a policy file; `nil` when it is none.
    ///
    /// Lines end in CRLF or LF; keys that are not known are passed over, and of doubles the first counts, except for `mx`.
    init?(parsing text: String) {
        var values: [String: String] = [:]
        var patterns: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else {
                if line.allSatisfy({ $0 == " " || $0 == "\t" }) { continue }
                return nil
            }
            let key = Self.trimmed(line[..<colon])
            let value = Self.trimmed(line[line.index(after: colon)...])
            if key == "mx" {
                let name = value.hasPrefix("*.") ? String(value.dropFirst(2)) : value
                guard let canonical = DNSName.canonical(name) else { return nil }
                patterns.append(value.hasPrefix("*.") ? "*.\(canonical)" : canonical)
            } else if values[key] == nil {
                values[key] = value
            }
        }
        guard values["version"] == "STSv1", let mode = values["mode"].flatMap(Mode.init(rawValue:)),
            let age = values["max_age"], age.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let maxAge = Int(age)
        else { return nil }
        guard mode == .none || !patterns.isEmpty else { return nil }
        self.mode = mode
        self.patterns = patterns
        self.maxAge = min(maxAge, Self.maxAgeLimit)
    }

    /// Whether mail may go to a host (RFC 8461 §4.1).
    func allows(_ host: String) -> Bool {
        patterns.contains { pattern in
            guard pattern.hasPrefix("*.") else { return pattern == host }
            guard let dot = host.firstIndex(of: "."), dot > host.startIndex else { return false }
            return host[dot...] == pattern.dropFirst()
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
