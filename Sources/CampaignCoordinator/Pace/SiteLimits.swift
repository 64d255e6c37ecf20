internal import Contacts
internal import Foundation

/// Where a site's limit comes from.
public enum SiteLimitSource: String, Hashable, Sendable, Codable {
    /// It was set while the coordinator ran, and is in the contact book.
    case set
    /// It is in the configuration file.
    case file
    /// It is the limit of all sites that have none of their own.
    case `default`
}

/// Which limit holds for a site: one that was set while running before one of the configuration file.
struct SiteLimits: Sendable {
    private let configured: [String: SiteLimitSetting]
    private let set: [String: SiteLimitSetting]

    /// Reads the limits that are in the book.
    init(book: ContactBook, configured: [String: SiteLimitSetting]) async throws {
        self.configured = configured
        set = try await book.siteLimits().mapValues {
            try JSONDecoder().decode(SiteLimitSetting.self, from: Data($0.utf8))
        }
    }

    /// All limits, by site.
    var all: [String: SiteLimitSetting] { configured.merging(set) { $1 } }

    /// Whether a site's limit was set while running.
    func isSet(_ site: String) -> Bool { set[site] != nil }

    /// A site's own limit.
    func own(_ site: String) -> (setting: SiteLimitSetting, source: SiteLimitSource)? {
        set[site].map { ($0, .set) } ?? configured[site].map { ($0, .file) }
    }

    /// The limit that holds for a site.
    func limit(of site: String) -> (setting: SiteLimitSetting, source: SiteLimitSource)? {
        own(site) ?? own(SiteName.all).map { ($0.setting, .default) }
    }
}
