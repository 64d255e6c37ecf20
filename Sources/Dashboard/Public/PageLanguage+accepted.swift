internal import MailMessage

extension PageLanguage {
    /// The language of ours that a reader likes best, by Accept-Language (RFC 9110 §12.5.4); English when it names none.
    static func accepted(_ header: String?) -> PageLanguage {
        var best: (language: PageLanguage, weight: Double)?
        for range in (header ?? "").prefix(500).split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let tag = parts.first?.split(separator: "-").first,
                let language = PageLanguage(rawValue: String(tag))
            else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return best?.language ?? .english
    }
}
