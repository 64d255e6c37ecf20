internal import Contacts
internal import Delivery
internal import Logging
internal import Synchronization

/// Knows the site of every domain that is fed: the name of its lane and of its pace.
///
/// A domain keeps its site while any mailing is under way, whatever the DNS says meanwhile: the site decides in which shard a
/// job lies, and a range that is fed again after a crash must find its jobs where they are. So each site is written down
/// before the first job goes there.
final class SiteAtlas: Sendable {
    /// How long one batch waits for the DNS; domains that are not found out by then are sites of their own.
    private static let patience = Duration.seconds(5)
    private static let parallel = 256
    private static let mostRemembered = 200_000

    private let book: ContactBook
    private let naming: (any SiteNaming)?
    private let logger: Logger
    private let remembered = Mutex<[String: String]>([:])

    /// - Parameter naming: `nil` where mail goes to relays: each domain is a site of its own then.
    init(book: ContactBook, naming: (any SiteNaming)?, logger: Logger) {
        self.book = book
        self.naming = naming
        self.logger = logger
    }

    /// The sites of domains, found out and noted where they are new.
    func sites(of domains: Set<String>) async throws -> [String: String] {
        guard let naming else { return [:] }
        var sites = try await known(domains)
        let unknown = domains.filter { sites[$0] == nil }
        guard !unknown.isEmpty else { return sites }
        let found = await find(unknown, naming)
        try await book.noteSites(found)
        remember(found)
        sites.merge(found) { $1 }
        return sites
    }

    /// What is noted of domains.
    func known(_ domains: Set<String>) async throws -> [String: String] {
        guard naming != nil else { return [:] }
        var sites = remembered.withLock { remembered in
            domains.reduce(into: [String: String]()) { $0[$1] = remembered[$1] }
        }
        let others = domains.filter { sites[$0] == nil }
        guard !others.isEmpty else { return sites }
        let noted = try await book.sites(of: others)
        remember(noted)
        sites.merge(noted) { $1 }
        return sites
    }

    /// Finds everything out anew for the mailing that begins; only while none is under way.
    func renew() async throws {
        guard naming != nil else { return }
        try await book.forgetSites()
        remembered.withLock { $0.removeAll() }
    }

    private func remember(_ sites: [String: String]) {
        remembered.withLock { remembered in
            if remembered.count > Self.mostRemembered { remembered.removeAll() }
            remembered.merge(sites) { $1 }
        }
    }

    /// Asks for many at once.
    private func find(_ domains: Set<String>, _ naming: any SiteNaming) async -> [String: String] {
        let start = ContinuousClock.now
        var found: [String: String] = [:]
        await withTaskGroup(of: (String, String?)?.self) { tasks in
            tasks.addTask {
                try? await Task.sleep(for: Self.patience)
                return nil
            }
            var rest = domains.makeIterator()
            var asked = 0
            func askNext() {
                guard let domain = rest.next() else { return }
                asked += 1
                tasks.addTask { (domain, await naming.site(of: domain)) }
            }
            for _ in 0..<Self.parallel { askNext() }
            while asked > 0, let answer = await tasks.next() {
                guard let (domain, site) = answer else { break }
                asked -= 1
                found[domain] = site ?? domain
                askNext()
            }
            tasks.cancelAll()
        }
        let late = domains.count - found.count
        if late > 0 {
            logger.warning(
                "sites could not be found out in time; their domains are paced one by one",
                metadata: ["domains": "\(late)", "waited.ms": "\((ContinuousClock.now - start).wholeMilliseconds)"])
            for domain in domains where found[domain] == nil { found[domain] = domain }
        }
        return found
    }
}
