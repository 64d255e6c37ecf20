import NIOCore
import RedisClient
import TestSupport
import Testing

@Suite("Logging in, and what is said when it does not work")
struct RedisLoginTests {
    private func failure(connectingTo url: String) async throws -> RedisError {
        let connection = try makeConnection(url)
        let error = await #expect(throws: RedisError.self) { try await connection.connect() }
        await connection.close()
        return try #require(error)
    }

    @Test("An ACL user with a password gets in, to the database asked for, under its name")
    func user() async throws {
        let server = try await RedisServer.start(
            configuration: ["user default off", "user postrider on >p@ss:w%rd ~* +@all"], withPort: true)
        let port = try #require(server.port)
        var configuration = RedisConfiguration()
        configuration.clientName = "worker-1"
        let connection = try makeConnection("redis://postrider:p%40ss%3Aw%25rd@127.0.0.1:\(port)/3", configuration)
        try await connection.connect()
        #expect(try await connection.send("ACL", ["WHOAMI"]).text == "postrider")
        let info = try #require(try await connection.send("CLIENT", ["INFO"]).text)
        #expect(info.contains(" db=3 "))
        #expect(info.contains("name=worker-1 "))
        await connection.close()

        let error = try await failure(connectingTo: "redis://postrider:wrongsecret@127.0.0.1:\(port)")
        #expect(error.code == .authenticationFailed)
        #expect(error.message.contains("\"postrider\""))
        #expect(!error.message.contains("wrongsecret"))
        await server.stop()
    }

    @Test("A password alone is for the default user; a missing one is named")
    func passwordOnly() async throws {
        let server = try await RedisServer.start(configuration: ["requirepass hush"])
        let connection = try makeConnection("unix://:hush@\(server.unixSocketPath)?db=2")
        try await connection.connect()
        await connection.close()
        let error = try await failure(connectingTo: server.url)
        #expect(error.code == .authenticationFailed)
        #expect(error.message.contains("wants a password"))
        await server.stop()
    }

    @Test("A password that the server does not want, and a database it does not have")
    func unwanted() async throws {
        let server = try await RedisServer.start()
        #expect(
            try await failure(connectingTo: "unix://:hush@\(server.unixSocketPath)").code == .authenticationFailed)
        #expect(try await failure(connectingTo: "\(server.url)?db=99").code == .noSuchDatabase)
        await server.stop()
    }

    @Test("A dead port, a missing socket and an abandoned socket each have their message")
    func nobody() async throws {
        let server = try await RedisServer.start(withPort: true)
        let url = try #require(server.tcpURL)
        await server.kill()
        let refused = try await failure(connectingTo: url)
        #expect(refused.code == .refused)
        #expect(refused.message.contains(url))
        #expect(refused.message.contains("Start redis-server"))
        #expect(try await failure(connectingTo: server.url).code == .refused)
        #expect(try await failure(connectingTo: server.url + "x").code == .noSuchSocket)
        await server.stop()
    }

    @Test("A socket path that the system cannot take is named")
    func longPath() async throws {
        let long = "unix:///" + String(repeating: "x", count: 200)
        #expect(try await failure(connectingTo: long).code == .invalidEndpoint)
    }
}
