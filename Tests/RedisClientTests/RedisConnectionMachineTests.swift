import NIOCore
import Testing

@testable import RedisClient

@Suite("The connection's state machine")
struct RedisConnectionMachineTests {
    private typealias Machine = RedisConnectionMachine<Int>

    private static let ok = RedisValue.string(Array("OK".utf8))

    private func at(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .milliseconds(milliseconds) }

    private func makeMachine() -> Machine {
        Machine(endpoint: RedisEndpoint(host: "h"), configuration: RedisConfiguration())
    }

    private func submit(_ machine: inout Machine, _ number: Int, deadline: Int64 = 5000) -> Machine.SubmitAction {
        machine.submit(RedisCommand(head: [RedisArgument(number)]), number, deadline: at(deadline), now: at(0))
    }

    private func makeReady(_ machine: inout Machine) {
        _ = machine.connect()
        #expect(machine.connected()?.count == 1)
        guard case .ready = machine.received(Self.ok, now: at(0)) else {
            Issue.record("not ready")
            return
        }
    }

    @Test("The first command connects, and goes out when the handshake is done")
    func firstCommand() {
        var machine = makeMachine()
        guard case .connect = submit(&machine, 1), case .wait = submit(&machine, 2) else {
            Issue.record("does not connect")
            return
        }
        _ = machine.connected()
        guard case .ready(let commands) = machine.received(Self.ok, now: at(1)) else {
            Issue.record("not ready")
            return
        }
        #expect(commands.map(\.head) == [[1], [2]])
        for expected in 1...2 {
            guard case .complete(expected, _) = machine.received(Self.ok, now: at(2)) else {
                Issue.record("reply \(expected) went elsewhere")
                return
            }
        }
    }

    @Test("A command that timed out keeps its place: its reply is dropped, the next one is not")
    func lateReply() {
        var machine = makeMachine()
        makeReady(&machine)
        _ = submit(&machine, 1, deadline: 10)
        _ = submit(&machine, 2, deadline: 1000)
        let expiry = machine.expire(now: at(10))
        #expect(expiry.failures.map(\.completion) == [1])
        #expect(expiry.failures.first?.error.code == .timedOut)
        #expect(expiry.next == at(1000))
        guard case .none = machine.received(Self.ok, now: at(11)),
            case .complete(2, _) = machine.received(Self.ok, now: at(12))
        else {
            Issue.record("replies shifted")
            return
        }
    }

    @Test("A loss fails what was sent, keeps what waits, and backs off longer each time up to the maximum")
    func backOff() {
        var machine = makeMachine()
        makeReady(&machine)
        _ = submit(&machine, 1)
        let reason = RedisError(.connectionLost, "gone")
        let loss = machine.lost(reason, random: 0)
        #expect(loss.wasReady)
        #expect(loss.failures.map(\.completion) == [1])
        var delays = [loss.retryAfter]
        _ = submit(&machine, 2)
        for _ in 0..<7 {
            let isDue = machine.retryDue()
            #expect(isDue)
            let next = machine.lost(reason, random: 0)
            #expect(next.failures.isEmpty)
            delays.append(next.retryAfter)
        }
        #expect(delays.map { $0?.nanoseconds } == [50, 100, 200, 400, 800, 1600, 2000, 2000].map { $0 * 1_000_000 })
        let isDue = machine.retryDue()
        #expect(isDue)
        #expect(machine.lost(reason, random: 0.5).retryAfter == .milliseconds(1500))
        #expect(machine.expire(now: at(5000)).failures.map(\.completion) == [2])
    }

    @Test("A first connection that fails with nobody waiting is not tried again")
    func firstFailure() {
        var machine = makeMachine()
        _ = machine.connect()
        #expect(machine.lost(RedisError(.refused, "no"), random: 0).retryAfter == nil)
        guard case .begin = machine.connect() else {
            Issue.record("cannot be tried again")
            return
        }
    }

    @Test("A server that loads is asked again after a pause, and named when time runs out")
    func loading() {
        var machine = makeMachine()
        _ = machine.connect()
        _ = machine.connected()
        #expect(machine.slownessOfAttempt?.code == .connectTimedOut)
        guard case .pause = machine.received(.error(RedisErrorReply("LOADING wait")), now: at(1)) else {
            Issue.record("does not pause")
            return
        }
        #expect(machine.slownessOfAttempt?.code == .loading)
        #expect(machine.repeatHandshake().count == 1)
        guard case .ready = machine.received(Self.ok, now: at(2)) else {
            Issue.record("not ready")
            return
        }
        #expect(machine.slownessOfAttempt == nil)
    }

    @Test("Silence counts from the oldest unanswered question, and only while replies are owed")
    func silence() {
        var machine = makeMachine()
        makeReady(&machine)
        #expect(machine.expire(now: at(60_000)).silence == nil)
        _ = machine.submit(RedisCommand(head: [1]), 1, deadline: at(61_000), now: at(60_000))
        #expect(machine.expire(now: at(61_000)).silence == nil)
        #expect(machine.expire(now: at(74_999)).silence == nil)
        #expect(machine.expire(now: at(75_000)).silence != nil)
    }

    @Test("Closing fails what waits, awaits what was sent, and ends with the last reply")
    func closing() {
        var machine = makeMachine()
        makeReady(&machine)
        _ = submit(&machine, 1)
        #expect(!machine.close().isDrained)
        guard case .fail(2, let error) = submit(&machine, 2) else {
            Issue.record("takes commands after close")
            return
        }
        #expect(error.code == .closed)
        guard case .completeAndClose(1, _) = machine.received(Self.ok, now: at(1)) else {
            Issue.record("does not end")
            return
        }
    }

    @Test("A reply to no command ends the connection")
    func unasked() {
        var machine = makeMachine()
        makeReady(&machine)
        guard case .giveUp(let error) = machine.received(Self.ok, now: at(1)) else {
            Issue.record("is taken")
            return
        }
        #expect(error.code == .protocolViolation)
    }

    @Test("Where a primary is needed, a replica is left at once, and a server that keeps its role to itself is not")
    func role() {
        var configuration = RedisConfiguration()
        configuration.requiresPrimary = true
        for (reply, code) in [
            (RedisValue.array([.string(Array("slave".utf8)), .string(Array("h".utf8))]), RedisError.Code.isReplica),
            (.array([.string(Array("master".utf8)), .integer(0)]), nil), (.error(RedisErrorReply("NOPERM no")), nil),
        ] {
            var machine = Machine(endpoint: RedisEndpoint(host: "h"), configuration: configuration)
            _ = machine.connect()
            #expect(machine.connected()?.map(\.head) == [["ROLE"], ["PING"]])
            switch machine.received(reply, now: at(0)) {
            case .giveUp(let error): #expect(error.code == code)
            case .none: #expect(code == nil)
            default: Issue.record("neither goes on nor gives up")
            }
        }
    }
}
