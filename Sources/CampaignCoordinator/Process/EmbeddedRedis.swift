internal import Foundation
internal import Logging
internal import NIOCore
internal import RedisClient

/// The coordinator's private Redis: a real `redis-server` on a unix socket in the data directory, durable and never evicting.
///
/// It is a process of its own, so it outlives a coordinator that is killed: workers go on, and the next coordinator takes it over.
struct EmbeddedRedis: Sendable {
    /// A path in `sun_path` holds 107 bytes and a NUL.
    private static let longestSocketPath = 107

    let endpoint: RedisEndpoint
    private let socket: String
    private let pidFile: String
    private let logFile: String
    /// Where its append-only file is.
    private let storage: String

    /// Finds or starts the server and waits until it has loaded its data.
    ///
    /// - Throws: ``CoordinatorError`` saying why it does not run.
    static func start(in directory: DataDirectory, eventLoop: any EventLoop, logger: Logger) async throws
        -> EmbeddedRedis
    {
        let redis = EmbeddedRedis(directory)
        guard redis.socket.utf8.count <= longestSocketPath else {
            throw CoordinatorError(
                .badDataDirectory,
                "the data directory's path is too long for a unix socket (\(redis.socket), \(redis.socket.utf8.count) bytes, "
                    + "at most \(longestSocketPath)); use a shorter one, or a Redis of your own with --redis")
        }
        if await redis.answers(eventLoop: eventLoop, logger: logger) {
            logger.notice("took over the Redis that was left running", metadata: ["redis": "\(redis.endpoint)"])
            return redis
        }
        try redis.launch()
        for _ in 0..<600 {
            if await redis.answers(eventLoop: eventLoop, logger: logger) { return redis }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CoordinatorError(.redis, "redis-server does not answer on \(redis.socket); its log is \(redis.logFile)")
    }

    private init(_ directory: DataDirectory) {
        socket = DataDirectory.redisSocket(in: directory.path)
        endpoint = RedisEndpoint(unixSocketPath: socket)
        pidFile = directory.file("redis.pid")
        logFile = directory.file("redis.log")
        storage = directory.file("redis")
    }

    private func answers(eventLoop: any EventLoop, logger: Logger) async -> Bool {
        guard FileManager.default.fileExists(atPath: socket) else { return false }
        var configuration = RedisConfiguration()
        // Loading a large append-only file takes its time; a socket without a server is refused at once.
        configuration.connectTimeout = .minutes(5)
        let connection = RedisConnection(
            endpoint: endpoint, configuration: configuration, eventLoop: eventLoop, logger: logger)
        let connected = (try? await connection.connect()) != nil
        await connection.close()
        return connected
    }

    private func launch() throws {
        try FileManager.default.createDirectory(
            atPath: storage, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // As a daemon it leaves our process group: Ctrl-C stops the coordinator, which then stops Redis, in this order.
        let status = try Self.spawn([
            "redis-server", "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", storage,
            // A flight is a hash of hundreds of short texts; as a packed list each look-up would walk through them.
            "--hash-max-listpack-entries", "16", "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            "--maxmemory-policy", "noeviction",
            "--daemonize", "yes", "--pidfile", pidFile, "--logfile", logFile,
        ])
        guard status == 0 else {
            throw CoordinatorError(.redis, "redis-server did not start (status \(status)); its log is \(logFile)")
        }
    }

    /// Runs a program to its end and answers its exit status.
    ///
    /// Foundation's `Process` would hand down the signals that the pool's threads block, and nobody could stop Redis by SIGTERM.
    private static func spawn(_ command: [String]) throws -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // Nothing that this process has open, or was given by its parent, may stay open for as long as Redis lives.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, command[0], nil, &attributes, arguments, environ) == 0 else {
            throw CoordinatorError(
                .redis,
                "\(command[0]) cannot be run; install it (apt-get install redis-server) or name your own Redis with --redis"
            )
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return (status >> 8) & 0xFF
    }

    /// The server's process, while it runs.
    private var pid: pid_t? {
        guard
            let pid = (try? String(contentsOfFile: pidFile, encoding: .utf8))
                .flatMap({ pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }),
            kill(pid, 0) == 0
        else { return nil }
        return pid
    }

    /// Starts the server again if its process is gone; answers whether it was.
    func restartIfGone() throws -> Bool {
        guard pid == nil else { return false }
        try launch()
        return true
    }

    /// Stops the server, which writes what it has first, and waits until its process is gone.
    func stop(through connection: Redis) async {
        guard let pid else { return }
        // The server closes the connection in place of an answer.
        _ = try? await connection.submit(["SHUTDOWN"], key: "").get()
        for _ in 0..<300 where kill(pid, 0) == 0 {
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
