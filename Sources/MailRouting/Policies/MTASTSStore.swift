internal import Foundation
internal import Synchronization

/// Keeps policies as long as they ask for: in memory, and in a directory if there is one.
///
/// Several workers may share the directory: a file is written beside and moved, so that nobody reads half of one.
final class MTASTSStore: Sendable {
    /// A policy as it was fetched.
    struct Entry: Sendable, Codable, Hashable {
        var id: String
        /// Seconds since 1970.
        var fetched: Int
        /// The policy's own text.
        var text: String

        var policy: MTASTSPolicy? { MTASTSPolicy(parsing: text) }
    }

    private let directory: URL?
    private let memory: Mutex<GenerationalCache<String, Entry>>

    init(directory: String?, capacity: Int) {
        self.directory = directory.map { URL(fileURLWithPath: $0, isDirectory: true) }
        memory = Mutex(GenerationalCache(capacity: capacity))
    }

    /// The policy of a domain, expired or not.
    func entry(for domain: String) -> Entry? {
        if let known = memory.withLock({ $0.value(for: domain) }) { return known }
        // A small file of a local disk, and at most one for each answer of the DNS: not worth a thread.
        guard let file = file(for: domain), let data = try? Data(contentsOf: file),
            let entry = try? JSONDecoder().decode(Entry.self, from: data)
        else { return nil }
        memory.withLock { $0.set(entry, for: domain) }
        return entry
    }

    /// Keeps a policy; throws when it cannot be written down.
    func set(_ entry: Entry, for domain: String) throws {
        memory.withLock { $0.set(entry, for: domain) }
        guard let directory, let file = file(for: domain) else { return }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try JSONEncoder().encode(entry).write(to: file, options: .atomic)
    }

    /// The domain has letters, digits, hyphens and dots only, and does not begin with a dot.
    private func file(for domain: String) -> URL? {
        guard let directory, let name = DNSName.canonical(domain) else { return nil }
        return directory.appendingPathComponent("\(name).json")
    }
}
