internal import Delivery

/// How a campaign is to be sent, in words.
enum OptionsText {
    /// What is not as usual; `nil` when everything is.
    static func words(for options: MailingOptions) -> String? {
        var parts: [String] = []
        if let window = options.window { parts.append(words(for: window)) }
        if let quota = options.quotaPerHour { parts.append("at most \(NumberText.grouped(quota)) an hour") }
        if options.weight != 1 { parts.append("with weight \(options.weight)") }
        if options.inDoubt == .hold { parts.append("what is in doubt is held") }
        if options.requiresTLS { parts.append("only to servers that keep TLS all the way (REQUIRETLS)") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func words(for window: SendingWindow) -> String {
        let days = window.weekdays.map { $0.sorted().map(\.rawValue).joined(separator: " ") + " " } ?? ""
        return "\(days)\(window.from)–\(window.until) \(window.timeZone)"
    }
}
