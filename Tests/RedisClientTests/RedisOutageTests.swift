import NIOCore
import RedisClient
import Synchronization
import TestSupport
import Testing

/// Waits for the states a connection reports.
final class StateLog: Sendable {
    private let stream: AsyncStream<RedisConnectionState>
    private let continuation: AsyncStream<RedisConnectionState>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(of: RedisConnectionState.self) }

    var record: @Sendable (RedisConnectionState) -> Void { { [continuation] in _ = continuation.yield($0) } }

    /// Takes states until one satisfies the condition.
    func wait(for condition: (RedisConnectionState) -> Bool) async {
        for await state in stream where condition(state) { return }
    }
}

@Suite("Outages and time limits", .timeLimit(.minutes(1)))
struct RedisOutageTests {
    @Test("A killed server fails what is in flight, and after its restart the connection is back by itself")
    func killAndRestart() async throws {
        let server = try await RedisServer.start()
        let states = StateLog()
        let connection = try makeConnection(server.url, onStateChange: states.record)
        try await connection.connect()
        await states.wait { if case .connected = $0 { true } else { false } }

        server.freeze(true)
        let inFlight = (0..<10).map { _ in connection.submit(["PING"]) }
        // Submitted on the loop before this one completes: by then all of them are written.
        try await connection.eventLoop.submit {}.get()
        await server.kill()
        for future in inFlight {
            let error = await #expect(throws: RedisError.self) { try await future.get() }
            #expect(error?.code == .connectionLost)
        }
        await states.wait { if case .disconnected = $0 { true } else { false } }

        // Waits out the outage within its time limit.
        let waiting = connection.submit(["ECHO", "patient"], timeout: .seconds(30))
        try await server.restart()
        #expect(try await waiting.get().text == "patient")
        await states.wait { if case .connected = $0 { true } else { false } }
        #expect(try await connection.send("PING").text == "PONG")
        await connection.close()
        await server.stop()
    }

    @Test("While there is no connection, a command fails at its time limit and says why")
    func notConnected() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        try await connection.connect()
        await server.kill()
        let error = await #expect(throws: RedisError.self) {
            while true { _ = try await connection.send("PING", timeout: .milliseconds(150)) }
        }
        // The first may still have been on its way when the server died; the next one finds no connection.
        #expect(error?.code == .connectionLost || error?.code == .notConnected)
        let second = await #expect(throws: RedisError.self) {
            try await connection.send("PING", timeout: .milliseconds(150))
        }
        #expect(second?.code == .notConnected)
        #expect(second?.message.contains("redis.sock") == true)
        await connection.close()
        await server.stop()
    }

    @Test("A late reply is dropped and the replies after it go to the right callers")
    func lateReply() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        try await connection.connect()
        server.freeze(true)
        let late = connection.submit(["ECHO", "first"], timeout: .milliseconds(100))
        let echo = connection.submit(["ECHO", "second"], timeout: .seconds(30))
        let error = await #expect(throws: RedisError.self) { try await late.get() }
        #expect(error?.code == .timedOut)
        server.freeze(false)
        #expect(try await connection.send("ECHO", ["third"]).text == "third")
        #expect(try await echo.get().text == "second")
        await connection.close()
        await server.stop()
    }

    @Test("A server that says nothing for too long is left, and found again when it is back")
    func silence() async throws {
        let server = try await RedisServer.start()
        let states = StateLog()
        var configuration = RedisConfiguration()
        configuration.commandTimeout = .milliseconds(100)
        configuration.silenceLimit = .milliseconds(300)
        let connection = try makeConnection(server.url, configuration, onStateChange: states.record)
        try await connection.connect()
        server.freeze(true)
        let error = await #expect(throws: RedisError.self) { try await connection.send("PING") }
        #expect(error?.code == .timedOut)
        await states.wait { if case .disconnected = $0 { true } else { false } }
        server.freeze(false)
        #expect(try await connection.send("PING", timeout: .seconds(20)).text == "PONG")
        await connection.close()
        await server.stop()
    }

    @Test("Closing lets what is in flight end, and takes nothing more")
    func closing() async throws {
        let server = try await RedisServer.start()
        let connection = try makeConnection(server.url)
        try await connection.connect()
        let slow = connection.submit(["DEBUG", "SLEEP", "0.1"])
        await connection.close()
        #expect(try await slow.get().text == "OK")
        let error = await #expect(throws: RedisError.self) { try await connection.send("PING") }
        #expect(error?.code == .closed)
        await server.stop()
    }

    @Test("Loading data is waited out within the connect time limit, and named when it takes longer")
    func loading() async throws {
        let server = try await RedisServer.start(configuration: [
            "key-load-delay 2000", "loading-process-events-interval-bytes 1024", "save 3600 1000000",
        ])
        let connection = try makeConnection(server.url)
        _ = try await connection.send("DEBUG", ["POPULATE", 500, "key", 500])
        _ = try await connection.send("SAVE")
        await connection.close()

        try await server.restart(waitUntilReady: false)
        var impatient = RedisConfiguration()
        impatient.connectTimeout = .milliseconds(400)
        let hasty = try makeConnection(server.url, impatient)
        var error: RedisError?
        // Before it loads, the server makes its socket: until then the answer is that there is none.
        repeat {
            error = await #expect(throws: RedisError.self) { try await hasty.connect() }
        } while error?.code
            == .noSuchSocket
        #expect(error?.code == .loading)
        await hasty.close()

        let patient = try makeConnection(server.url)
        try await patient.connect()
        #expect(try await patient.send("DBSIZE").number == 500)
        await patient.close()
        await server.stop()
    }
}
