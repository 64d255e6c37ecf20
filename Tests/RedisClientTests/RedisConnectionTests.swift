import Logging
import NIOCore
import NIOPosix
import RedisClient
import Synchronization
import TestSupport
import Testing

/// Makes a connection for a test; the caller closes it.
func makeConnection(
    _ url: String, _ configuration: RedisConfiguration = RedisConfiguration(),
    onStateChange: (@Sendable (RedisConnectionState) -> Void)? = nil
) throws -> RedisConnection {
    RedisConnection(
        endpoint: try RedisEndpoint(parsing: url), configuration: configuration,
        eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"),
        onStateChange: onStateChange)
}

@Suite("A connection to a real server")
struct RedisConnectionTests {
    @Test("Commands and replies of all kinds go through a unix socket")
    func kinds() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        try await connection.connect()
        #expect(try await connection.send("SET", ["key", RedisArgument([0, 13, 10, 255])]).text == "OK")
        #expect(try await connection.send("GET", ["key"]) == .string([0, 13, 10, 255]))
        #expect(try await connection.send("GET", ["none"]) == .null)
        #expect(try await connection.send("INCRBY", ["n", 41]) == .integer(41))
        #expect(try await connection.send("GET", ["n"]).number == 41)
        #expect(try await connection.send("RPUSH", ["l", "a", RedisArgument(ByteBuffer(string: "b")), ""]).number == 3)
        #expect(
            try await connection.send("LRANGE", ["l", 0, -1])
                == .array([.string(Array("a".utf8)), .string(Array("b".utf8)), .string([])]))
        #expect(try await connection.send("LRANGE", ["none", 0, -1]) == .array([]))
        await connection.close()
        await server.stop()
    }

    @Test("TCP works as the unix socket does")
    func tcp() async throws {
        let server = try await RedisServer.start(withPort: true)
        let connection = try makeConnection(try #require(server.tcpURL))
        try await connection.connect()
        #expect(try await connection.send("ECHO", ["hello"]).text == "hello")
        await connection.close()
        await server.stop()
    }

    @Test("A command that fails throws Redis' own code")
    func serverError() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        _ = try await connection.send("SET", ["key", "text"])
        let error = await #expect(throws: RedisError.self) { try await connection.send("LPUSH", ["key", "x"]) }
        #expect(error?.code == .server("WRONGTYPE"))
        await connection.close()
        await server.stop()
    }

    @Test("Ten thousand commands from many tasks each get their own reply")
    func pipelining() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<20 {
                group.addTask {
                    for number in 0..<500 {
                        let text = "\(task)-\(number)"
                        let reply = try await connection.send("ECHO", [RedisArgument(text)])
                        #expect(reply.text == text)
                    }
                }
            }
            try await group.waitForAll()
        }
        await connection.close()
        await server.stop()
    }

    @Test("Commands submitted in a row run in that order")
    func order() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        let futures = (0..<5000).map { connection.submit(["RPUSH", "list", RedisArgument($0)]) }
        let counts = try await EventLoopFuture.whenAllSucceed(futures, on: connection.eventLoop).get()
        #expect(counts.compactMap(\.number) == (1...5000).map(Int64.init))
        let list = try await connection.send("LRANGE", ["list", 0, -1])
        #expect(list.elements?.compactMap(\.number) == (0..<5000).map(Int64.init))
        await connection.close()
        await server.stop()
    }

    @Test("A value of ten megabytes and a command of ten thousand arguments go both ways")
    func large() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        let big = [UInt8](repeating: 7, count: 10 << 20)
        _ = try await connection.send("SET", ["big", RedisArgument(big)])
        #expect(try await connection.send("GET", ["big"]) == .string(big))
        let many = (0..<10_000).map { RedisArgument($0) }
        #expect(try await connection.send("RPUSH", ["many"] + many).number == 10_000)
        #expect(try await connection.send("LRANGE", ["many", 0, -1]).elements?.count == 10_000)
        await connection.close()
        await server.stop()
    }

    @Test("A script is loaded when Redis does not have it, and again after SCRIPT FLUSH")
    func scripts() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        let script = RedisScript(name: "add", source: "return redis.call('INCRBY', KEYS[1], ARGV[1])")
        #expect(try await connection.run(script, keys: ["n"], arguments: [2]).number == 2)
        #expect(try await connection.run(script, keys: ["n"], arguments: [3]).number == 5)
        _ = try await connection.send("SCRIPT", ["FLUSH"])
        #expect(try await connection.run(script, keys: ["n"], arguments: [4]).number == 9)
        #expect(try await connection.send("SCRIPT", ["LOAD", RedisArgument(script.source)]).text == script.sha1)
        await connection.close()
        await server.stop()
    }

    @Test("A script with a mistake throws what the compiler says")
    func brokenScript() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        let script = RedisScript(name: "broken", source: "this is not Lua")
        let error = await #expect(throws: RedisError.self) { try await connection.run(script, keys: []) }
        #expect(error?.code == .server("ERR"))
        #expect(error?.message.contains("compiling") == true)
        await connection.close()
        await server.stop()
    }

    @Test("An error inside a transaction's result is a value, the others are whole")
    func nestedError() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        let futures = [["MULTI"], ["SET", "k", "v"], ["LPUSH", "k", "x"], ["INCR", "n"], ["EXEC"]].map {
            connection.submit($0)
        }
        let result = try #require(try await futures[4].get().elements)
        #expect(result[0].text == "OK")
        guard case .error(let error) = result[1] else { throw RedisError(.protocolViolation, "not an error") }
        #expect(error.code == "WRONGTYPE")
        #expect(result[2] == .integer(1))
        await connection.close()
        await server.stop()
    }
}
