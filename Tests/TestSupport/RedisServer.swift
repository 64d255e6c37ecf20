public import Foundation
internal import Synchronization

/// A private redis-server or sentinel for one test, on a unix socket (and a TCP port if wanted) in a directory of its own.
///
/// The server cannot outlive the test: `stop()` ends it, releasing the object ends it, and when the whole test process
/// dies, a watcher sees its standard input close and ends it.
public final class RedisServer: Sendable {
    /// The server's directory; it disappears with the server.
    public let directory: URL
    public let unixSocketPath: String
    /// The TCP port on 127.0.0.1, if one was asked for.
    public let port: Int?

    private struct State {
        /// The shell that runs the server, while there is one.
        var watcher: ChildProcess?
        /// The end of the pipe whose closing ends the server.
        var lifeline: Int32 = -1
        var pid: Int32 = 0
    }

    private let isSentinel: Bool
    private let state = Mutex(State())

    /// Thrown when the server does not come up; holds what it logged.
    public struct StartFailure: Error, CustomStringConvertible {
        public var description: String
    }

    private init(directory: URL, port: Int?, isSentinel: Bool) {
        self.directory = directory
        self.port = port
        self.isSentinel = isSentinel
        unixSocketPath = directory.appendingPathComponent("redis.sock").path
    }

    deinit { tearDown() }

    /// Starts a server without persistence and waits until it answers.
    ///
    /// - Parameters:
    ///   - configuration: further lines of redis.conf; a later line overrides an earlier one.
    ///   - withPort: also listen on a free TCP port of 127.0.0.1.
    ///   - asSentinel: be a sentinel instead of a server.
    ///   - certificates: speak only TLS on that port, and let in only who has a certificate.
    public static func start(
        configuration: [String] = [], withPort: Bool = false, asSentinel: Bool = false,
        certificates: TestCertificates? = nil
    ) async throws -> RedisServer {
        // A short path: the system takes about 100 bytes for a socket.
        let directory = URL(fileURLWithPath: "/tmp").appendingPathComponent("pr-redis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let server = RedisServer(
            directory: directory, port: withPort ? freePort() : nil, isSentinel: asSentinel)
        let lines = [
            "unixsocket \(server.unixSocketPath)", "dir \(directory.path)", "bind 127.0.0.1",
            "port \(server.port ?? 0)", "save \"\"", "appendonly no", "daemonize no",
            "logfile \(directory.path)/redis.log", "enable-debug-command yes",
        ]
        let security = server.port.flatMap { certificates?.configuration(port: $0) } ?? []
        let file = directory.appendingPathComponent("redis.conf")
        try (lines + security + configuration).joined(separator: "\n").appending("\n").write(
            to: file, atomically: true, encoding: .utf8)
        try await server.launch()
        return server
    }

    /// `unix:///…`, for anything that takes a Redis address.
    public var url: String { "unix://\(unixSocketPath)" }

    /// `redis://127.0.0.1:port`, if a port was asked for.
    public var tcpURL: String? { port.map { "redis://127.0.0.1:\($0)" } }

    /// The server's process id; 0 while it is down.
    public var pid: Int32 { state.withLock { $0.pid } }

    /// Ends the server at once, as a crash would, and waits until it is gone; `restart()` brings it back.
    public func kill() async { await end(with: SIGKILL) }

    /// Ends the server in order and removes its directory.
    public func stop() async {
        await end(with: SIGTERM)
        tearDown()
    }

    /// Starts the server again with the same socket, port and directory, ending it in order first if it runs.
    ///
    /// - Parameter waitUntilReady: false returns as soon as the process is there, perhaps still loading its data.
    public func restart(waitUntilReady: Bool = true) async throws {
        await end(with: SIGTERM)
        try await launch(waitUntilReady: waitUntilReady)
    }

    /// Stops the server's process where it stands (true), or lets it go on (false).
    public func freeze(_ frozen: Bool) {
        let pid = pid
        if pid > 0 { _ = Foundation.kill(pid, frozen ? SIGSTOP : SIGCONT) }
    }

    private func launch(waitUntilReady: Bool = true) async throws {
        try? FileManager.default.removeItem(atPath: unixSocketPath)
        let pidFile = directory.appendingPathComponent("pid")
        try? FileManager.default.removeItem(at: pidFile)
        let (watcher, lifeline) = try spawnWatcher()
        state.withLock { $0 = State(watcher: watcher, lifeline: lifeline, pid: 0) }

        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            // Asked before the look, so that a busy machine, which wakes us late, does not keep us from looking once more.
            let isLast = ContinuousClock.now >= deadline || hasEnded()
            if pid == 0, let text = try? String(contentsOf: pidFile, encoding: .utf8), text.hasSuffix("\n") {
                let pid = Int32(text.dropLast()) ?? 0
                state.withLock { $0.pid = pid }
            }
            if pid > 0, !waitUntilReady || answers() { return }
            guard !isLast else { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        let log = try? String(contentsOf: directory.appendingPathComponent("redis.log"), encoding: .utf8)
        await end(with: SIGKILL)
        throw StartFailure(description: "redis-server did not come up. \(log ?? "It logged nothing.")")
    }

    /// Runs the server as a child and ends it when standard input closes.
    private static let watcherScript = """
        exec 3<&0
        redis-server "$1/redis.conf" $2 </dev/null >/dev/null 2>&1 3<&- &
        server=$!
        (cat <&3 >/dev/null; kill -9 $server; rm -rf "$1") >/dev/null 2>&1 &
        watch=$!
        echo $server >"$1/pid"
        wait $server
        kill $watch
        """

    /// Starts the shell, with the reading end of its lifeline as its standard input.
    private func spawnWatcher() throws -> (watcher: ChildProcess, lifeline: Int32) {
        var ends: [Int32] = [-1, -1]
        // A socket pair, because it can be made so that no other child inherits it.
        guard socketpair(AF_UNIX, Self.streamSocket | Self.closeOnExec, 0, &ends) == 0 else {
            throw StartFailure(description: "No socket pair: errno \(errno).")
        }
        defer { close(ends[0]) }
        let nowhere = open("/dev/null", O_WRONLY)
        defer { close(nowhere) }
        do {
            let watcher = try ChildProcess(
                ["sh", "-c", Self.watcherScript, "sh", directory.path, isSentinel ? "--sentinel" : ""], input: ends[0],
                output: nowhere, errors: nowhere)
            return (watcher, ends[1])
        } catch {
            close(ends[1])
            throw error
        }
    }

    /// Whether the server's process and its shell are gone; collects the shell if so.
    private func hasEnded() -> Bool {
        state.withLock { state in
            guard let watcher = state.watcher else { return true }
            guard !watcher.isRunning else { return false }
            if state.lifeline >= 0 { close(state.lifeline) }
            state = State()
            return true
        }
    }

    /// Sends the server a signal and waits until its process has ended.
    private func end(with signal: Int32) async {
        state.withLock { state in
            if state.pid > 0 {
                // A frozen process takes no SIGTERM before it goes on.
                _ = Foundation.kill(state.pid, signal)
                _ = Foundation.kill(state.pid, SIGCONT)
            } else if state.lifeline >= 0 {
                close(state.lifeline)
                state.lifeline = -1
            }
        }
        while !hasEnded() { try? await Task.sleep(for: .milliseconds(2)) }
    }

    /// Ends what is left; waits for a killed process only as long as the system needs to end it.
    private func tearDown() {
        let left = state.withLock { state in
            defer { state = State() }
            return state
        }
        if left.pid > 0 { _ = Foundation.kill(left.pid, SIGKILL) }
        if left.lifeline >= 0 { close(left.lifeline) }
        while left.watcher?.isRunning == true { usleep(1000) }
        try? FileManager.default.removeItem(at: directory)
    }

    /// Whether the server answers PING, be it by asking for a password.
    private func answers() -> Bool {
        let descriptor = socket(AF_UNIX, Self.streamSocket, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: unixSocketPath.utf8.prefix($0.count - 1)) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard connected, write(descriptor, "PING\r\n", 6) == 6 else { return false }
        var reply = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &reply, reply.count)
        guard count > 0 else { return false }
        let text = String(decoding: reply.prefix(count), as: UTF8.self)
        return text.hasPrefix("+PONG") || text.hasPrefix("-NOAUTH")
    }

    /// A TCP port of 127.0.0.1 that was free a moment ago.
    public static func freePort() -> Int? {
        let descriptor = socket(AF_INET, streamSocket, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        return bound ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    #if canImport(Glibc)
        private static let streamSocket = Int32(SOCK_STREAM.rawValue)
        private static let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)
    #else
        private static let streamSocket = SOCK_STREAM
        private static let closeOnExec: Int32 = 0
    #endif
}
