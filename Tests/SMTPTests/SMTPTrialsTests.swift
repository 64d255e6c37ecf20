import Delivery
import NIOCore
import Testing

@testable import SMTP

@Suite("The hosts that one attempt goes through")
struct SMTPTrialsTests {
    private func destination(
        _ security: SMTPSecurity = .none, source: String? = nil
    ) throws -> SMTPDestination {
        func address(_ text: String) throws -> SocketAddress { try SocketAddress(ipAddress: text, port: 25) }
        return SMTPDestination(
            hosts: [
                SMTPHost(
                    name: "a", addresses: [try address("192.0.2.1"), try address("2001:db8::1")], security: security),
                SMTPHost(name: "b", addresses: [try address("192.0.2.2")], security: security),
                SMTPHost(name: "c", security: security),
            ], sourceAddress: try source.map { try SocketAddress(ipAddress: $0, port: 0) })
    }

    private func failure(_ phase: DeliveryPhase = .connect, _ code: UInt16? = nil) -> SMTPEndpointFailure {
        SMTPEndpointFailure(phase: phase, reply: code.map { Client.reply($0) }, message: "no")
    }

    /// The places of all trials when each fails.
    private func places(_ trials: SMTPTrials) -> [Int] {
        var trials = trials
        var places: [Int] = []
        var next = trials.begin()
        while case .trial(let trial) = next {
            places.append(trial.place)
            next = trials.failed(failure())
        }
        return places
    }

    @Test("every address in order, from where it went well last, as many as are allowed")
    func order() throws {
        #expect(places(SMTPTrials(try destination(), maximum: 8)) == [0, 1, 2, 3])
        #expect(places(SMTPTrials(try destination(), from: 2, maximum: 8)) == [2, 3, 0, 1])
        #expect(places(SMTPTrials(try destination(), from: 9, maximum: 2)) == [0, 1])
    }

    @Test("addresses of another family than our own are left out")
    func family() throws {
        #expect(places(SMTPTrials(try destination(source: "192.0.2.99"), maximum: 8)) == [0, 1, 2])
        var only = try destination(source: "2001:db8::99")
        only.hosts = [only.hosts[1]]
        var trials = SMTPTrials(only, maximum: 8)
        guard case .exhausted(let failure) = trials.begin() else {
            Issue.record("something was tried")
            return
        }
        #expect(failure.kind == .unreachable)
    }

    @Test("optional TLS that fails is left out in a second trial of the same place (T1), demanded TLS is not (T2)")
    func clear() throws {
        var trials = SMTPTrials(try destination(.opportunistic), maximum: 8)
        _ = trials.begin()
        guard case .trial(let again) = trials.failed(failure(.tls)) else {
            Issue.record("no second trial")
            return
        }
        #expect(again.place == 0 && again.isClear)
        guard case .trial(let next) = trials.failed(failure(.tls)) else {
            Issue.record("no next place")
            return
        }
        #expect(next.place == 1 && !next.isClear)

        var demanding = SMTPTrials(try destination(.required(.none)), maximum: 1)
        _ = demanding.begin()
        guard case .exhausted(let last) = demanding.failed(failure(.tls)) else {
            Issue.record("it went on")
            return
        }
        #expect(last.kind == .tls && last.host == "a")

        let known = SMTPTrials(try destination(.opportunistic), maximum: 8) { $0.name == "a" }
        var clear = known
        guard case .trial(let first) = clear.begin() else {
            Issue.record("no trial")
            return
        }
        #expect(first.isClear)
    }

    @Test("the last of the worst failures stands for all, and names the others")
    func worst() throws {
        var trials = SMTPTrials(try destination(), maximum: 4)
        _ = trials.begin()
        _ = trials.failed(failure(.connect, 554))
        _ = trials.failed(failure(.ehlo, 421))
        _ = trials.failed(failure(.ehlo, 550))
        guard case .exhausted(let worst) = trials.failed(failure()) else {
            Issue.record("it went on")
            return
        }
        #expect(worst.kind == .refused && worst.reply?.code == 550 && worst.host == "b")
        #expect(worst.others.map(\.kind) == [.refused, .refusedForNow, .unreachable])
    }
}
