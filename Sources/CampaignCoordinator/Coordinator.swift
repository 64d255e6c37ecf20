internal import Contacts
internal import Delivery
internal import Foundation
internal import JobQueue
public import Logging
public import MailMessage
internal import NIOCore
internal import NIOPosix
public import RedisClient
public import ServiceLifecycle

/// The coordinator: owns the contact book, feeds the queue, books outcomes, returns dead workers' jobs, answers questions.
///
/// There is one for a data directory and one for a Redis. It may be killed at any moment and goes on where it was.
public final class Coordinator: Service {
    let book: ContactBook
    let queue: JobQueue
    let redis: Redis
    let directory: DataDirectory
    let hold = FeedingHold()
    let imports = ImportRegistry()
    let tests = TestMailings()
    let suppressions: SuppressionTeller
    let engagements = EngagementBuffer()
    let publicMailings = PublicMailings()
    let lacks = KnownLacks()
    let logger: Logger
    /// What API clients must show.
    public let token: String
    /// The Redis that workers shall use, without its password.
    public let redisEndpoint: RedisEndpoint

    /// Keeps the Message-IDs of two deployments apart.
    func messageIDSalt() throws -> String { String(try directory.identity().prefix(8)) }

    let configuration: CoordinatorConfiguration
    /// Make and recognize the tokens in messages; workers have them from the data directory, too.
    public let tokenKeys: TokenKeys
    private let embedded: EmbeddedRedis?
    private let leader: Leader

    /// Opens the data directory and its book, starts or reaches Redis and takes the lead of it.
    ///
    /// - Throws: ``CoordinatorError``, `ContactBookError` or `RedisError`; nothing is left running then.
    public static func open(_ configuration: CoordinatorConfiguration, logger: Logger) async throws -> Coordinator {
        let process = ProcessInfo.processInfo
        let description =
            "coordinator \(configuration.name) (pid \(process.processIdentifier) on \(process.hostName), "
            + "data directory \(URL(fileURLWithPath: configuration.dataDirectory).standardizedFileURL.path))"
        let directory = try DataDirectory(path: configuration.dataDirectory, owner: description)
        let tokenKeys = try directory.tokenKeys()
        let book = try ContactBook(directory: directory.path)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        var embedded: EmbeddedRedis?
        if configuration.redis == nil {
            embedded = try await EmbeddedRedis.start(in: directory, eventLoop: eventLoop, logger: logger)
        }
        let endpoint = configuration.redis ?? embedded?.endpoint ?? RedisEndpoint(unixSocketPath: "")
        let redis = Redis(endpoint: endpoint, eventLoop: eventLoop, logger: logger)
        do {
            try await redis.connect()
            let queue = try await JobQueue.found(
                on: redis, shards: configuration.shards ?? (endpoint.isCluster ? 16 : 1))
            try await refuseEviction(queue, endpoint)
            let leader = Leader(
                queue: queue, book: try directory.identity(), description: description,
                lease: configuration.leadership, logger: logger)
            try await leader.take()
            // Before anything more is claimed.
            _ = try await SiteLimitKeeper(
                book: book, queue: queue, configured: configuration.siteLimits, logger: logger
            ).round()
            return Coordinator(
                book: book, queue: queue, redis: redis, directory: directory, token: try directory.token(),
                redisEndpoint: endpoint, configuration: configuration, embedded: embedded, leader: leader,
                tokenKeys: tokenKeys, logger: logger)
        } catch {
            if let embedded { await embedded.stop(through: redis) }
            await redis.close()
            try? book.close()
            throw error
        }
    }

    private init(
        book: ContactBook, queue: JobQueue, redis: Redis, directory: DataDirectory, token: String,
        redisEndpoint: RedisEndpoint, configuration: CoordinatorConfiguration, embedded: EmbeddedRedis?,
        leader: Leader, tokenKeys: TokenKeys, logger: Logger
    ) {
        self.book = book
        self.queue = queue
        suppressions = SuppressionTeller(book: book, queue: queue)
        self.redis = redis
        self.directory = directory
        self.token = token
        self.redisEndpoint = redisEndpoint
        self.configuration = configuration
        self.embedded = embedded
        self.leader = leader
        self.tokenKeys = tokenKeys
        self.logger = logger
    }

    /// Works until it is told to stop; then books what has come in, and stops its own Redis.
    public func run() async throws {
        let bookkeepers = queue.shards.map {
            Bookkeeper(
                book: book, queue: queue, shard: $0, tests: tests, suppressions: suppressions, logger: logger)
        }
        let limits = SiteLimitKeeper(
            book: book, queue: queue, configured: configuration.siteLimits, logger: logger)
        let told = ToldMailings()
        let atlas = SiteAtlas(book: book, naming: configuration.siteNaming, logger: logger)
        let verifier = Verifier(
            book: book, queue: queue, limits: limits, told: told, suppressions: suppressions, atlas: atlas,
            logger: logger)
        let janitor = Janitor(book: book, queue: queue, told: told, tests: tests, logger: logger)
        let feeder = Feeder(
            book: book, queue: queue, highWater: configuration.highWater, hold: hold, told: told,
            atlas: atlas, logger: logger)
        let redeliverers = queue.shards.map {
            Redeliverer(book: book, queue: queue, shard: $0, told: told, atlas: atlas, logger: logger)
        }
        let reapers = queue.shards.map { Reaper(shard: $0, logger: logger) }
        let engagement = EngagementKeeper(book: book, buffer: engagements, logger: logger)
        let lackWatch = LackWatch(queue: queue, lacks: lacks, logger: logger)
        let watch = embedded.map { RedisWatch(redis: $0, logger: logger) }
        do {
            try await cancelWhenGracefulShutdown { [leader, hold] in
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { await verifier.run(showing: hold) }
                    for bookkeeper in bookkeepers { tasks.addTask { await bookkeeper.run(showing: hold) } }
                    tasks.addTask { await feeder.run(showing: hold) }
                    for redeliverer in redeliverers { tasks.addTask { await redeliverer.run(showing: hold) } }
                    for reaper in reapers { tasks.addTask { await reaper.run(showing: hold) } }
                    tasks.addTask { await janitor.run(showing: hold) }
                    tasks.addTask { await engagement.run(showing: hold) }
                    tasks.addTask { await limits.run(showing: hold) }
                    tasks.addTask { await lackWatch.run(showing: hold) }
                    if let watch { tasks.addTask { await watch.run(showing: hold) } }
                    tasks.addTask { try await leader.keep() }
                    try await tasks.waitForAll()
                }
            }
        } catch {
            await close()
            throw error
        }
        // The last opens and clicks; the public server has stopped before this.
        _ = try? await engagement.round()
        if await redisAnswers() {
            // What has come in until now is booked, so that a stopped campaign shows all that is known; not for ever, since
            // busy workers go on adding to it.
            let end = ContinuousClock.now + .seconds(5)
            for bookkeeper in bookkeepers {
                while ContinuousClock.now < end, (try? await bookkeeper.round()) == true {}
            }
        }
        await close()
    }

    /// Gives up the lead, stops the embedded Redis, closes the book.
    public func close() async {
        if await redisAnswers() { try? await queue.resign(book: leader.book) }
        if let embedded { await embedded.stop(through: redis) }
        await redis.close()
        try? book.close()
        logger.notice("coordinator stopped")
    }

    /// Whether Redis answers at once; nothing that needs it is worth waiting for at the end.
    private func redisAnswers() async -> Bool {
        await queue.answers(within: .seconds(1))
    }

    /// A Redis that may evict keys would lose contacts without a word.
    private static func refuseEviction(_ queue: JobQueue, _ endpoint: RedisEndpoint) async throws {
        let policies = try await queue.memory().map(\.policy)
        let policy = policies.first { $0 != "noeviction" } ?? "noeviction"
        guard policy == "noeviction" else {
            throw CoordinatorError(
                .redis,
                "\(endpoint) evicts keys when it is full (maxmemory-policy \(policy)), which would lose contacts; "
                    + "set maxmemory-policy noeviction")
        }
    }
}
