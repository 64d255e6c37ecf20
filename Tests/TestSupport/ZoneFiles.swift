internal import Foundation

/// Writes the zones of a ``NameServer``, delegates each from the nearest zone above it, and signs them.
struct ZoneFiles {
    private let zones: [NameServer.Zone]
    private let directory: URL

    init(_ zones: [NameServer.Zone], directory: URL) {
        self.zones = [NameServer.Zone("", .signed)] + zones
        self.directory = directory
    }

    static func fileName(of zone: NameServer.Zone) -> String { zone.name.isEmpty ? "root" : zone.name }

    /// Makes keys, then the files with the delegations in them, then the signatures.
    func write() async throws {
        var keys: [String: String] = [:]
        for zone in zones where zone.signing == .signed || zone.signing == .expired {
            let command = "cd \"$1\" && exec ldns-keygen -a ECDSAP256SHA256 -k \"$2\""
            let name = try await Tool.run(["sh", "-c", command, "sh", directory.path, zone.name + "."])
            keys[zone.name] = name.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if let key = keys[""] {
            try FileManager.default.copyItem(at: file("\(key).key"), to: file("root.key"))
        }
        for zone in zones where zone.signing != .broken {
            let origin = zone.name + "."
            var lines = [
                "$ORIGIN \(origin)", "$TTL 300",
                "@ SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60",
            ]
            lines += zone.records
            for child in zones where !child.name.isEmpty && parent(of: child) == zone.name {
                lines.append("\(child.name). NS ns.invalid.")
                if let key = keys[child.name] {
                    lines.append(try String(contentsOf: file("\(key).ds"), encoding: .utf8))
                }
            }
            let path = file(Self.fileName(of: zone))
            try lines.joined(separator: "\n").appending("\n").write(to: path, atomically: true, encoding: .utf8)
            guard let key = keys[zone.name] else {
                try FileManager.default.copyItem(at: path, to: file("\(Self.fileName(of: zone)).signed"))
                continue
            }
            let dates = zone.signing == .expired ? ["-i", "20200101", "-e", "20200201"] : []
            try await Tool.run(["ldns-signzone"] + dates + ["-o", origin, path.path, file(key).path])
        }
    }

    private func file(_ name: String) -> URL { directory.appendingPathComponent(name) }

    /// The nearest zone above a zone.
    private func parent(of zone: NameServer.Zone) -> String {
        var rest = zone.name[...]
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            if zones.contains(where: { $0.name == rest }) { return String(rest) }
        }
        return ""
    }
}
