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
    private let notesExist = Mutex<Bool?>(nil)

    /// - Parameter naming: `nil` where mail goes to relays: each domain is a site of its own then.
    init(book: ContactBook, naming: (any SiteNaming)?, logger: Logger) {
        self.book = book
        self.naming = naming
        self.logger = logger
    }

    /// The sites of domains, found out and noted where they are new.
    func sites(of domains: Set<String>) async throws -> [String: String] {
        var sites = try await known(domains)
        // What was noted when mail went directly holds until its mailings are over.
        guard let naming else { return sites }
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
        if naming == nil, try await !hasNotes() { return [:] }
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
        if naming == nil, try await !hasNotes() { return }
        try await book.forgetSites()
        notesExist.withLock { $0 = nil }
        remembered.withLock { $0.removeAll() }
    }

    /// Whether the book has notes of domains; where mail goes to relays there are none, as a rule.
    private func hasNotes() async throws -> Bool {
        if let known = notesExist.withLock({ $0 }) { return known }
        let exist = try await book.hasSites()
        notesExist.withLock { $0 = exist }
        return exist
    }

    private func remember(_ sites: [String: String]) {
        remembered.withLock { remembered in
            if remembered.count > Self.mostRemembered { remembered.removeAll() }
            remembered.merge(sites) { $1 }
        }
    }

    /// Asks for many at once, and for no more when time is over; what is under way then ends with the resolver's own time limit.
    private func find(_ domains: Set<String>, _ naming: any SiteNaming) async -> [String: String] {
        let end = ContinuousClock.now + Self.patience
        var found: [String: String] = [:]
        await withTaskGroup(of: (String, String?).self) { tasks in
            var rest = domains.makeIterator()
            func askNext() {
                guard ContinuousClock.now < end, let domain = rest.next() else { return }
                tasks.addTask { (domain, await naming.site(of: domain)) }
            }
            for _ in 0..<Self.parallel { askNext() }
            for await (domain, site) in tasks {
                found[domain] = site ?? domain
                askNext()
            }
        }
        let late = domains.filter { found[$0] == nil }
        if !late.isEmpty {
            logger.warning(
                "sites could not be found out in time; their domains are paced one by one",
                metadata: ["domains": "\(late.count)"])
            for domain in late { found[domain] = domain }
        }
        return found
    }
}
