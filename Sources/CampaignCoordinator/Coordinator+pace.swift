internal import Contacts
internal import Foundation
public import JobQueue

/// How fast a site is sent to, and why.
public struct SitePaceReport: Hashable, Sendable {
    /// The limit that holds, if there is one.
    public var setting: SiteLimitSetting?
    public var source: SiteLimitSource?
    /// What has come of it so far.
    public var pace: SitePace
}

extension Coordinator {
    /// How fast sites are sent to at present.
    ///
    /// - Parameter sites: the domains of recipients; when there are none, all that have a limit of their own or are slowed down.
    /// - Throws: ``CoordinatorError`` for what is no site, `RedisError` when Redis cannot be reached.
    public func pace(of sites: [String]) async throws -> [SitePaceReport] {
        let limits = try await siteLimits()
        let names = try sites.map(SiteName.checked).filter { $0 != SiteName.all }
        let paces = sites.isEmpty ? try await queue.pacedSites(limit: 1000) : try await queue.pace(of: names)
        return paces.map { pace in
            let limit = limits.limit(of: pace.site)
            return SitePaceReport(setting: limit?.setting, source: limit?.source, pace: pace)
        }
    }

    /// The limit of all sites that have none of their own.
    public func defaultLimit() async throws -> (setting: SiteLimitSetting, source: SiteLimitSource)? {
        try await siteLimits().own(SiteName.all)
    }

    /// Sets parts of a site's limit; the parts that are not given stay as they are.
    ///
    /// - Parameter site: the domain of its recipients, or `*` for all sites without a limit of their own.
    /// - Returns: The limit that holds now.
    /// - Throws: ``CoordinatorError`` for what is no site or no limit.
    public func setPace(
        of site: String, rate: String? = nil, burst: Int? = nil, connections: Int? = nil
    ) async throws -> SiteLimitSetting {
        let site = try SiteName.checked(site)
        let former = try await siteLimits().own(site)?.setting
        let setting = try SiteLimitSetting(
            rate: rate ?? former?.rate, burst: burst ?? former?.burst, connections: connections ?? former?.connections)
        try await book.setSiteLimits(try json(setting), for: site)
        // The keeper makes Redis agree in any case; asked here, it happens at once.
        try? await queue.setSiteLimit(setting.limit, for: site)
        return setting
    }

    /// Takes back what was set for a site; a limit of the configuration file holds again.
    ///
    /// - Returns: The limit that the site has of its own now.
    /// - Throws: ``CoordinatorError`` when none was set.
    public func unsetPace(of site: String) async throws -> (setting: SiteLimitSetting, source: SiteLimitSource)? {
        let site = try SiteName.checked(site)
        let limits = try await siteLimits()
        guard limits.isSet(site) else {
            let remedy =
                limits.own(site) == nil
                ? "see what there is with: postrider pace show" : "its limit is in the coordinator's configuration file"
            throw CoordinatorError(.notFound, "no limit was set for \(site); \(remedy)")
        }
        try await book.setSiteLimits(nil, for: site)
        let remaining = try await siteLimits().own(site)
        try? await queue.setSiteLimit(remaining?.setting.limit, for: site)
        return remaining
    }

    private func siteLimits() async throws -> SiteLimits {
        try await SiteLimits(book: book, configured: configuration.siteLimits)
    }
}
