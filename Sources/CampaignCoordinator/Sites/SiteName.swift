internal import Delivery

/// The names of sites, as limits are set for them.
public enum SiteName {
    /// What stands for all sites without a limit of their own.
    public static let all = "*"

    /// The name as the queue has it: the domain of recipients or the host of a mail server, in ASCII, with what a site of several
    /// hosts or with a port has behind it; or ``all``.
    /// - Throws: ``CoordinatorError`` when the text is no name of a site.
    public static func checked(_ text: String) throws -> String {
        if text == all { return text }
        // A literal address has colons of its own.
        let end = text.hasPrefix("[") ? nil : text.firstIndex { $0 == "+" || $0 == ":" }
        let host = text[..<(end ?? text.endIndex)]
        let rest = text[(end ?? text.endIndex)...]
        guard let address = try? EmailAddress(parsing: "postmaster@\(host)"), !host.contains("@"),
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw CoordinatorError(
                .badInput,
                "“\(text)” is not a site; a site is the domain of its recipients, such as example.org, or the name that postrider route shows, or *"
            )
        }
        return address.asciiDomain + rest.lowercased()
    }
}
