internal import Foundation

/// Where things are in the API; clients build their paths here, and the server's routes are the same words.
public enum APIRoute {
    /// What all paths but `/healthz` begin with.
    public static let prefix = "/api/v1"
    public static let lists = prefix + "/lists"
    public static let campaigns = prefix + "/campaigns"
    public static let licences = prefix + "/licences"
    public static let suppressions = prefix + "/suppressions"
    public static let suppressionRemovals = suppressions + "/removals"
    public static let pace = prefix + "/pace"
    public static let paceRemovals = pace + "/removals"
    public static let inbound = prefix + "/inbound"
    public static let queue = prefix + "/queue"
    public static let tls = queue + "/tls"
    public static let audit = prefix + "/audit"
    /// Where a survey platform reports interviews.
    public static let interviews = prefix + "/interviews"

    /// Where a list's file is uploaded to.
    public static func imports(list: String) -> String { "\(lists)/\(segment(list))/imports" }

    /// How an import goes on.
    public static func importProgress(_ id: Int) -> String { "\(prefix)/imports/\(id)" }

    /// The contacts of a list, in pages.
    public static func contacts(list: String) -> String { "\(lists)/\(segment(list))/contacts" }

    /// Everything that is known of an address.
    public static func contact(_ address: String) -> String { "\(prefix)/contacts/\(segment(address))" }

    /// A campaign and how it stands.
    public static func campaign(_ name: String) -> String { "\(campaigns)/\(segment(name))" }

    /// Something to do with a campaign: `start`, `pause`, `resume`, `cancel`.
    public static func campaign(_ name: String, action: String) -> String { "\(campaign(name))/\(action)" }

    /// Where reminders of a campaign are created.
    public static func mailings(_ name: String) -> String { "\(campaign(name))/mailings" }

    /// Whom a reminder of a campaign would reach.
    public static func forecast(_ name: String) -> String { "\(campaign(name))/audience" }

    /// How a campaign is to be sent.
    public static func options(_ name: String) -> String { "\(campaign(name))/options" }

    /// What a campaign's messages have beside their text.
    public static func message(_ name: String) -> String { "\(campaign(name))/message" }

    /// What should be looked at before a campaign is sent.
    public static func check(_ name: String) -> String { "\(campaign(name))/check" }

    /// The contacts of a campaign whose messages are held, and what is decided about them.
    public static func held(_ name: String) -> String { "\(campaign(name))/held" }

    /// The contacts of a campaign's mailing, by what became of their messages and what they did.
    public static func audience(_ name: String) -> String { "\(campaign(name))/contacts" }

    /// The message as one contact would get it.
    public static func preview(_ name: String) -> String { "\(campaign(name))/preview" }

    /// A query's text, `?name=value&…`; empty when there are no parameters.
    public static func query(_ parameters: [(name: String, value: String)]) -> String {
        guard !parameters.isEmpty else { return "" }
        return "?" + parameters.map { "\($0.name)=\(segment($0.value))" }.joined(separator: "&")
    }

    /// A name as one segment of a path or as a value of a query: everything but unreserved characters is escaped.
    static func segment(_ name: String) -> String {
        name.addingPercentEncoding(withAllowedCharacters: unreserved) ?? name
    }

    /// RFC 3986 §2.3.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
