import GRDB

extension ContactBook {
    /// The sites that were noted for domains; a domain of which nothing is noted is left out.
    public func sites(of domains: Set<String>) async throws -> [String: String] {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT site FROM domain_sites WHERE domain = ?")
            var sites: [String: String] = [:]
            for domain in domains {
                if let site = try String.fetchOne(statement, arguments: [domain]) { sites[domain] = site }
            }
            return sites
        }
    }

    /// Notes the sites of domains; what is noted for a domain already stays.
    public func noteSites(_ sites: [String: String]) async throws {
        try await write { db in
            let statement = try db.cachedStatement(
                sql: "INSERT INTO domain_sites (domain, site) VALUES (?, ?) ON CONFLICT (domain) DO NOTHING")
            for (domain, site) in sites { try statement.execute(arguments: [domain, site]) }
        }
    }

    /// Whether a site is noted for any domain.
    public func hasSites() async throws -> Bool {
        try await read { db in try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM domain_sites)") ?? false }
    }

    /// Forgets the sites of domains, so that they are found out anew; only while no mailing is under way.
    ///
    /// Of a mailing that is cancelled some messages may still be held: where these lie must stay known.
    public func forgetSites() async throws {
        try await write { db in
            try db.execute(
                sql: """
                    DELETE FROM domain_sites WHERE domain NOT IN (
                        SELECT c.lane FROM deliveries d INDEXED BY deliveries_held JOIN contacts c ON c.id = d.contact
                        WHERE d.held <> 0)
                    """)
        }
    }
}
