import NIOCore
import NIOEmbedded
import Testing

@testable import RedisClient

@Suite("Hash slots and the map of a cluster")
struct RedisSlotTests {
    private typealias Host = RedisEndpoint.Host

    @Test(
        "A key's slot is that of its hash tag",
        arguments: [
            ("123456789", 0x31C3), ("", 0), ("foo", 12182), ("{foo}", 12182), ("a{foo}b{bar}", 12182),
            ("{}foo", 9500), ("{foo", 13308),
        ] as [(String, Int)])
    func slots(key: String, slot: Int) {
        #expect(RedisSlot.of(RedisArgument(key)) == slot)
        #expect(RedisSlot.of(RedisArgument(Array(key.utf8))) == slot)
    }

    private func range(_ first: Int64, _ last: Int64, _ host: String?, _ port: Int64) -> RedisValue {
        let name = host.map { RedisValue.string(Array($0.utf8)) } ?? .null
        return .array([
            .integer(first), .integer(last), .array([name, .integer(port), .string(Array("id".utf8)), .array([])]),
            .array([.string(Array("replica".utf8)), .integer(1)]),
        ])
    }

    @Test("The map is read from CLUSTER SLOTS; a master without an address is where the answer came from")
    func map() throws {
        var map = try RedisSlotMap(
            reply: .array([
                range(0, 5, "a", 1), range(6, 6, nil, 2), range(7, 9, "", 3), range(10, 12, "?", 4),
                range(16_383, 16_383, "a", 1),
            ]), of: Host("asked", port: 9))
        #expect(map.masters == [Host("a", port: 1), Host("asked", port: 2), Host("asked", port: 3)])
        #expect(map.master(of: 5) == Host("a", port: 1))
        #expect(map.master(of: 6) == Host("asked", port: 2))
        #expect(map.master(of: 11) == nil)
        #expect(map.master(of: 100) == nil)
        #expect(map.master(of: 16_383) == Host("a", port: 1))

        map.move(100, to: Host("new", port: 5))
        #expect(map.master(of: 100) == Host("new", port: 5))
        map.move(16_384, to: Host("nowhere", port: 6))
        #expect(map.masters.count == 4)
    }

    @Test("What is no map is refused")
    func malformed() {
        for reply in [
            RedisValue.array([.integer(1)]),
            .array([.array([.integer(0), .integer(16_384), .array([.null, .integer(1)])])]),
            .array([.array([.integer(5), .integer(4), .array([.null, .integer(1)])])]),
        ] {
            #expect(throws: RedisError.self) { try RedisSlotMap(reply: reply, of: Host("h", port: 1)) }
        }
    }

    @Test(
        "What can be done about a failure",
        arguments: [
            ("MOVED 3999 127.0.0.1:6381", .moved(slot: 3999, to: Host("127.0.0.1", port: 6381))),
            ("MOVED 3999 :6381", .moved(slot: 3999, to: Host("asked", port: 6381))),
            ("MOVED 7 ::1:6381", .moved(slot: 7, to: Host("::1", port: 6381))),
            ("MOVED 16384 a:6381", .none), ("MOVED 3999", .none), ("ASK 3999 a:x", .none),
            ("ASK 3999 a:6381", .ask(Host("a", port: 6381))),
            ("NOSCRIPT No matching script.", .load),
            ("TRYAGAIN Multiple keys request during rehashing of slot", .later(elsewhere: false)),
            ("CLUSTERDOWN The cluster is down", .later(elsewhere: true)),
            ("READONLY You can't write against a read only replica.", .later(elsewhere: true)),
            ("LOADING Redis is loading the dataset in memory", .later(elsewhere: true)),
            ("MASTERDOWN Link with MASTER is down", .later(elsewhere: true)),
            ("ERR Script attempted to access a non local key", .none), ("OOM command not allowed", .none),
        ] as [(String, RedisRecovery)])
    func recovery(reply: String, recovery: RedisRecovery) {
        #expect(RedisRecovery(after: RedisError(RedisErrorReply(reply)), at: Host("asked", port: 1)) == recovery)
    }

    @Test("Only what was never sent is tried again after a loss")
    func losses() {
        for (code, recovery) in [
            (.notConnected, .later(elsewhere: true)), (.closed, .later(elsewhere: true)), (.connectionLost, .none),
            (.timedOut, .lookAround), (.invalidCommand, .none),
        ] as [(RedisError.Code, RedisRecovery)] {
            #expect(RedisRecovery(after: RedisError(code, ""), at: Host("h", port: 1)) == recovery)
        }
    }
}

@Suite("A request on its way")
struct RedisRequestTests {
    private func makeRequest(deadline: NIODeadline) -> RedisRequest {
        RedisRequest(
            RedisCommand(head: ["PING"]), slot: 0, deadline: deadline,
            promise: EmbeddedEventLoop().makeSucceededPromise())
    }

    @Test("Pauses grow up to a maximum, and none ends after the time limit")
    func pauses() {
        let now = NIODeadline.now()
        var request = makeRequest(deadline: now + .seconds(1))
        let pauses = (0..<7).map { _ in request.nextPause(now: now, random: 0) }
        #expect(pauses == [10, 20, 40, 80, 160, 250, 250].map { TimeAmount.milliseconds($0) })
        let shortest = request.nextPause(now: now, random: 1)
        #expect(shortest == .milliseconds(125))
        let tooLate = request.nextPause(now: now + .milliseconds(900), random: 0)
        #expect(tooLate == nil)
    }

    @Test("A circle of redirections is left after a few, and may be entered again after a pause")
    func circle() {
        var request = makeRequest(deadline: .distantFuture)
        let atOnce = (0..<6).map { _ in request.mayFollow() }
        #expect(atOnce == [true, true, true, true, false, false])
        _ = request.nextPause(now: .now(), random: 0)
        let afterPause = request.mayFollow()
        #expect(afterPause)
    }
}

extension EmbeddedEventLoop {
    /// A promise that is kept already: for what needs one that nobody waits for.
    fileprivate func makeSucceededPromise() -> EventLoopPromise<RedisValue> {
        let promise = makePromise(of: RedisValue.self)
        promise.succeed(.null)
        return promise
    }
}
