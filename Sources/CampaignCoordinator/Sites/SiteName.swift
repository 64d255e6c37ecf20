internal import Delivery

/// The names of sites, as limits are set for them.
public enum SiteName {
    /// What stands for all sites without a limit of their own.
    public static let all = "*"

    /// The name as the queue has it: the domain of recipients in ASCII, or ``all``.
    /// - Throws: ``CoordinatorError`` when the text is no domain.
    public static func checked(_ text: String) throws -> String {
        if text == all { return text }
        guard let address = try? EmailAddress(parsing: "postmaster@\(text)"), !text.contains("@") else {
            throw CoordinatorError(
                .badInput, "“\(text)” is not a site; a site is the domain of its recipients, such as example.org, or *")
        }
        return address.asciiDomain
    }
}
