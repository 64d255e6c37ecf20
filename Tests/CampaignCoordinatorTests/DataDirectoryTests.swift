import Foundation
import Logging
import NIOCore
import NIOPosix
import RedisClient
import Testing

@testable import CampaignCoordinator

@Suite("The data directory and the embedded Redis")
struct DataDirectoryTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent(
        "pr-\(UUID().uuidString.prefix(8))"
    ).path

    @Test("One coordinator at a time; the second is told who has it")
    func lock() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try DataDirectory(path: path, owner: "coordinator anna (pid 7)")
        withExtendedLifetime(first) {
            let error = #expect(throws: CoordinatorError.self) { try DataDirectory(path: path, owner: "other") }
            #expect(error?.message.contains("coordinator anna (pid 7)") == true)
        }

    }

    @Test("The token is long, stays the same, and only its owner may read it")
    func token() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try DataDirectory(path: path, owner: "x")
        let token = try directory.token()
        #expect(token.count == 64)
        #expect(try directory.token() == token)
        #expect(try directory.identity() != token)
        let attributes = try FileManager.default.attributesOfItem(atPath: DataDirectory.tokenFile(in: path))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("A directory that cannot be made is refused by name")
    func unusable() throws {
        #expect(throws: CoordinatorError.self) { try DataDirectory(path: "/dev/null/x", owner: "x") }
    }

    @Test("Redis outlives its starter, is taken over with its data, and is stopped")
    func embeddedRedis() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let logger = Logger(label: "test")
        let directory = try DataDirectory(path: path, owner: "x")
        let first = try await EmbeddedRedis.start(in: directory, eventLoop: loop, logger: logger)
        let connection = Redis(endpoint: first.endpoint, eventLoop: loop, logger: logger)
        try await connection.connect()
        _ = try await connection.submit(["SET", "k", "v"], key: "k").get()
        let second = try await EmbeddedRedis.start(in: directory, eventLoop: loop, logger: logger)
        #expect(try await connection.submit(["GET", "k"], key: "k").get().text == "v")
        #expect(
            try await connection.submit(["CONFIG", "GET", "maxmemory-policy"], key: "k").get().elements?.last?.text
                == "noeviction")
        #expect(
            try await connection.submit(["CONFIG", "GET", "appendonly"], key: "k").get().elements?.last?.text == "yes")
        await second.stop(through: connection)
        await connection.close()
        let third = try await EmbeddedRedis.start(in: directory, eventLoop: loop, logger: logger)
        let again = Redis(endpoint: third.endpoint, eventLoop: loop, logger: logger)
        try await again.connect()
        #expect(
            try await again.submit(["GET", "k"], key: "k").get().text == "v",
            "what was written is there after a stop and a start")
        await third.stop(through: again)
        await again.close()
        #expect(!FileManager.default.fileExists(atPath: DataDirectory.redisSocket(in: path)))
    }
}
