import Delivery
import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import SMTP

@Suite("A pool and the hosts of its destination", .timeLimit(.minutes(1)))
struct SMTPDestinationTests {
    typealias Step = ScriptedServer.Step

    private func host(_ name: String, _ port: Int) throws -> SMTPHost {
        SMTPHost(name: name, addresses: [try SocketAddress(ipAddress: "127.0.0.1", port: port)])
    }

    @Test("a host that fails gives way to the next within one attempt, and is not tried first again at once")
    func failOver() async throws {
        let down = try await ScriptedServer.start([[.hangUp]])
        let busy = try await ScriptedServer.start([[.say("421 busy\r\n"), .hangUp]])
        let seen = SeenClients()
        let record = try await withServer(seen: seen) { port in
            let destination = SMTPDestination(hosts: [
                try host("a", down.port), try host("b", busy.port), try host("c", port),
            ])
            return try await sendThroughPool(to: destination, (1...4).map { Client.message($0) }) {
                $0.messagesPerConnection = 1
            }
        }
        #expect(record.unavailable.isEmpty && record.results.count == 4)
        #expect(seen.recipients.count == 4)
        #expect(down.connections == 1 && busy.connections == 1)
        try await down.stop()
        try await busy.stop()
    }

    @Test("when all fail the worst stands for them")
    func allFail() async throws {
        let refusing = try await ScriptedServer.start([[.say("554 no mail from you\r\n"), .hangUp]])
        let down = try await ScriptedServer.start([[.hangUp]])
        let destination = SMTPDestination(hosts: [try host("a", refusing.port), try host("b", down.port)])
        let record = try await sendThroughPool(
            to: destination, [Client.message(1)], grace: .zero, until: { !$0.unavailable.isEmpty })
        let failure = try #require(record.unavailable.first)
        #expect(failure.kind == .refused && failure.host == "a" && failure.reply?.code == 554)
        #expect(failure.others.map(\.kind) == [.unreachable])
        #expect(record.results.isEmpty)
        try await refusing.stop()
        try await down.stop()
    }

    @Test("connections come from the source address")
    func source() async throws {
        let seen = SeenClients()
        let record = try await withServer(seen: seen) { port in
            var destination = SMTPDestination(hosts: [SMTPHost(name: "127.0.0.1", port: port)])
            destination.sourceAddress = try SocketAddress(ipAddress: "127.0.0.7", port: 0)
            return try await sendThroughPool(to: destination, [Client.message(1)])
        }
        #expect(record.results.count == 1)
        #expect(seen.addresses == ["127.0.0.7"])
    }

    @Test("LMTP over TCP and over a unix socket", arguments: [false, true])
    func lmtp(_ isUnix: Bool) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "lmtp-\(UUID().uuidString.prefix(8))").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let seen = SeenClients()
        let record = try await withServer({ $0.isLMTP = true }, host: isUnix ? path : "127.0.0.1", seen: seen) { port in
            let url = isUnix ? "lmtp://\(path)" : "lmtp://127.0.0.1:\(port)"
            let destination = try SMTPEndpoint(url: url).destination()
            return try await sendThroughPool(to: destination, (1...50).map { Client.message($0) })
        }
        #expect(record.unavailable.isEmpty && record.surprises == 0)
        #expect(record.results.count == 50 && seen.recipients.count == 50)
    }

    @Test("a server that cannot pipeline although it says so gets its messages one command at a time")
    func simple() async throws {
        let pipelined: [Step] = [
            .say("220 mx\r\n"), .hear("EHLO client.example\r\n"), .say("250-mx\r\n250 PIPELINING\r\n"),
            .hear("DATA\r\n"),
            .say("503 one at a time\r\n503 what?\r\n503 what?\r\n"), .hear("QUIT"), .say("221 bye\r\n"), .hangUp,
        ]
        let single: [Step] = [
            .say("220 mx\r\n"), .hear("HELO client.example\r\n"), .say("250 mx\r\n"), .hear("MAIL"), .say("250 a\r\n"),
            .hear("RCPT"), .say("250 b\r\n"), .hear("DATA"), .say("354 c\r\n"), .hear("\r\n.\r\n"), .say("250 d\r\n"),
        ]
        let server = try await ScriptedServer.start([pipelined, single])
        let record = try await sendThroughPool(port: server.port, [Client.message(1)], repeats: true, grace: .zero)
        #expect(record.results == [1: .reply(Client.reply(250, "d"), phase: .dot)])
        try await server.stop()
    }
}

@Suite("Pools that share a limit", .timeLimit(.minutes(1)))
struct SMTPConnectionLimitTests {
    @Test("many pools never have more connections than the limit, and all get their turn")
    func shared() async throws {
        let tally = SMTPPoolAndServerTests.Tally()
        let server = try await SMTPServer.listen(
            host: "127.0.0.1", port: 0, configuration: SMTPServerConfiguration(hostName: "mx.example"),
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test")
        ) { _, _ in SMTPPoolAndServerTests.TallySession(tally: tally) }
        let port = try #require(server.localAddress?.port)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let highest = try await eventLoop.flatSubmit {
            let limit = SMTPConnectionLimit(maximum: 3, eventLoop: eventLoop)
            let done = eventLoop.makePromise(of: Int.self)
            var highest = 0
            var left = 20
            var pools: [SMTPConnectionPool] = []
            for number in 1...20 {
                let source = RecordingSource([Client.message(UInt64(number))], repeats: false)
                let pool = SMTPConnectionPool(
                    eventLoop: eventLoop,
                    destination: SMTPDestination(hosts: [SMTPHost(name: "127.0.0.1", port: port)]),
                    options: SMTPClientOptions(heloName: "client.example"), source: source, limit: limit,
                    logger: Logger(label: "test"))
                source.changed = { _ in
                    highest = max(highest, limit.inUse)
                    left -= 1
                    if left == 0 { done.succeed(highest) }
                }
                pools.append(pool)
            }
            for pool in pools { pool.messagesAvailable() }
            let bound = NIOLoopBound(pools, eventLoop: eventLoop)
            let boundLimit = NIOLoopBound(limit, eventLoop: eventLoop)
            return done.futureResult.flatMap { highest in
                EventLoopFuture.andAllSucceed(bound.value.map { $0.shutdown(grace: .seconds(5)) }, on: eventLoop)
                    .map { boundLimit.value.inUse == 0 ? highest : -1 }
            }
        }.get()
        try await server.close()
        #expect(highest == 3, "all places were used, none more, and all were given back")
        #expect(tally.messages.withLock { $0.count } == 20)
    }

    @Test("a server that was away is found again while others keep all places busy")
    func probe() async throws {
        let busy = try await ScriptedServer.start([SMTPConnectionPoolTests.chunked + [.hear("never")]])
        // It refuses the first connection, and takes the next one.
        let back = try await ScriptedServer.start([
            [.say("421 later\r\n"), .hangUp],
            SMTPConnectionPoolTests.chunked + [
                .hear("LAST\r\n"), .hear("Hello\r\n"), .say("250 a\r\n250 b\r\n250 c\r\n"),
            ],
        ])
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let (code, inUse) = try await eventLoop.flatSubmit {
            var options = SMTPClientOptions(heloName: "client.example")
            options.reconnect.first = .milliseconds(20)
            options.reconnect.cap = .milliseconds(20)
            let limit = SMTPConnectionLimit(maximum: 1, eventLoop: eventLoop)
            let done = eventLoop.makePromise(of: UInt16.self)
            func pool(_ port: Int, _ number: UInt64) -> (SMTPConnectionPool, RecordingSource) {
                let source = RecordingSource([Client.message(number)], repeats: false)
                return (
                    SMTPConnectionPool(
                        eventLoop: eventLoop,
                        destination: SMTPDestination(hosts: [SMTPHost(name: "127.0.0.1", port: port)]),
                        options: options, source: source, limit: limit, logger: Logger(label: "test")), source
                )
            }
            let (away, waiting) = pool(back.port, 1)
            let (other, _) = pool(busy.port, 2)
            waiting.changed = { source in
                // Now it is away, and the other one takes the only place for good.
                if source.record.unavailable.count == 1, source.record.results.isEmpty { other.messagesAvailable() }
                if case .reply(let reply, _)? = source.record.results[1] { done.succeed(reply.code) }
            }
            away.messagesAvailable()
            let pools = NIOLoopBound([away, other], eventLoop: eventLoop)
            let bound = NIOLoopBound(limit, eventLoop: eventLoop)
            return done.futureResult.flatMap { code in
                EventLoopFuture.andAllSucceed(pools.value.map { $0.shutdown(grace: .zero) }, on: eventLoop)
                    .map { (code, bound.value.inUse) }
            }
        }.get()
        #expect(code == 250 && inUse == 0)
        try await busy.stop()
        try await back.stop()
    }

    @Test("a pool without connections says so, and is used again")
    func unused() async throws {
        let seen = SeenClients()
        let times = try await withServer(seen: seen) { port in
            let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
            return try await eventLoop.flatSubmit {
                var options = SMTPClientOptions(heloName: "client.example")
                options.idleTimeout = .milliseconds(10)
                let source = RecordingSource([Client.message(1)], repeats: false)
                let pool = SMTPConnectionPool(
                    eventLoop: eventLoop,
                    destination: SMTPDestination(hosts: [SMTPHost(name: "127.0.0.1", port: port)]),
                    options: options, source: source, logger: Logger(label: "test"))
                let done = eventLoop.makePromise(of: Int.self)
                var times = 0
                pool.becameUnused = {
                    #expect(pool.isUnused)
                    times += 1
                    if times == 2 {
                        pool.becameUnused = nil
                        done.succeed(times)
                    } else {
                        source.add(Client.message(2))
                        pool.messagesAvailable()
                    }
                }
                #expect(pool.isUnused)
                pool.messagesAvailable()
                #expect(!pool.isUnused)
                return done.futureResult
            }.get()
        }
        #expect(times == 2)
        #expect(seen.recipients.count == 2)
    }
}
