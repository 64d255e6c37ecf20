internal import Foundation

/// An authoritative name server (nsd) for one test, on a port of 127.0.0.1, with a world of its own from the root down.
///
/// The root is signed; ``trustAnchorFile`` has its key.
public final class NameServer: Sendable {
    /// A zone of that world.
    public struct Zone: Sendable {
        public enum Signing: Sendable {
            case unsigned
            case signed
            /// Signed, but so long ago that nobody may believe it.
            case expired
            /// The server has no data for it: every question about it fails (SERVFAIL).
            case broken
        }

        /// Without a dot at its end.
        public var name: String
        public var signing: Signing
        /// Lines of a zone file; names without a dot at their end are below the zone.
        public var records: [String]

        public init(_ name: String, _ signing: Signing = .unsigned, _ records: [String] = []) {
            self.name = name
            self.signing = signing
            self.records = records
        }
    }

    /// Thrown when the server does not come up; holds what it logged.
    public struct StartFailure: Error, CustomStringConvertible {
        public var description: String
    }

    public let port: Int
    private let directory: URL
    private let program: WatchedProgram

    /// The address as libunbound takes it.
    public var address: String { "127.0.0.1@\(port)" }

    /// The root's key, in a file that disappears with the server.
    public var trustAnchorFile: String { directory.appendingPathComponent("root.key").path }

    private init(port: Int, directory: URL, program: WatchedProgram) {
        self.port = port
        self.directory = directory
        self.program = program
    }

    deinit { stop() }

    /// Ends the server; its files go, too.
    public func stop() {
        program.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Signs the zones, starts the server and waits until it answers.
    public static func start(_ zones: [Zone]) async throws -> NameServer {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "pr-nsd-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        do {
            try await ZoneFiles(zones, directory: directory).write()
            return try await launch(zones, directory)
        } catch {
            try? FileManager.default.removeItem(at: directory)
            throw error
        }
    }

    private static func launch(_ zones: [Zone], _ directory: URL) async throws -> NameServer {
        guard let port = RedisServer.freePort() else { throw StartFailure(description: "there is no free port") }
        let configuration = directory.appendingPathComponent("nsd.conf")
        let log = directory.appendingPathComponent("nsd.log")
        // Minimal answers: a server that is named in them would be asked next, on port 53.
        var lines = [
            "server:", "  ip-address: 127.0.0.1@\(port)", "  username: \"\"", "  zonesdir: \"\(directory.path)\"",
            "  database: \"\"", "  pidfile: \"\(directory.path)/pid\"", "  xfrdfile: \"\(directory.path)/xfrd\"",
            "  xfrdir: \"\(directory.path)\"", "  zonelistfile: \"\(directory.path)/zones\"", "  server-count: 1",
            "  minimal-responses: yes", "  verbosity: 1", "  rrl-ratelimit: 0", "remote-control:",
            "  control-enable: no",
        ]
        for zone in [Zone("")] + zones {
            lines += ["zone:", "  name: \"\(zone.name).\"", "  zonefile: \"\(ZoneFiles.fileName(of: zone)).signed\""]
        }
        try lines.joined(separator: "\n").appending("\n").write(to: configuration, atomically: true, encoding: .utf8)
        // Where it is installed is no part of everybody's search path.
        let path = FileManager.default.isExecutableFile(atPath: "/usr/sbin/nsd") ? "/usr/sbin/nsd" : "nsd"
        let program = try WatchedProgram([path, "-d", "-c", configuration.path], log: log)
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline, program.isRunning {
            if let text = try? String(contentsOf: log, encoding: .utf8), text.contains("nsd started") {
                return NameServer(port: port, directory: directory, program: program)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        program.stop()
        let text = try? String(contentsOf: log, encoding: .utf8)
        throw StartFailure(description: "nsd did not come up. \(text ?? "It logged nothing.")")
    }
}
