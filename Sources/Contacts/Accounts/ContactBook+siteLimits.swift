import GRDB

extension ContactBook {
    /// The limits that were set for sites, by site: JSON that the book does not look into.
    public func siteLimits() async throws -> [String: String] {
        try await read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT site, limits FROM site_limits")
            return [String: String](uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    /// Writes down the limits of a site, or that it has none of its own.
    public func setSiteLimits(_ limits: String?, for site: String) async throws {
        try await write { db in
            if let limits {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO site_limits (site, limits) VALUES (?, ?)", arguments: [site, limits])
            } else {
                try db.execute(sql: "DELETE FROM site_limits WHERE site = ?", arguments: [site])
            }
        }
    }
}
