import Delivery
import Testing

@testable import SMTP

@Suite("Groups of commands, with PIPELINING")
struct SMTPClientGroupedTests {
    @Test("the next envelope may go out with the content, and no further")
    func overlap() {
        var machine = Client.grouped()
        #expect(machine.submit(Client.message(1)) == .group(reset: false))
        #expect(machine.room == 0)
        #expect(machine.receive(250, 250, 354) == .sendContent(Client.message(1)))
        #expect(machine.room == 1)
        #expect(machine.submit(Client.message(2)) == .group(reset: false))
        #expect(machine.room == 0)
        #expect(machine.receive(250) == .finished(Client.finished(1, 250, .dot)))
        #expect(machine.receive(250, 250, 354) == .sendContent(Client.message(2)))
        #expect(machine.receive(250) == .finished(Client.finished(2, 250, .dot)))
        #expect(machine.isIdle)
    }

    @Test("a refused final dot leaves the next message alone")
    func refusedDot() {
        var machine = Client.grouped()
        _ = machine.submit(Client.message(1))
        _ = machine.receive(250, 250, 354)
        _ = machine.submit(Client.message(2))
        #expect(machine.receive(554) == .finished(Client.finished(1, 554, .dot)))
        #expect(machine.receive(250, 250, 354) == .sendContent(Client.message(2)))
    }

    @Test(
        "the first negative reply decides, whatever follows it",
        arguments: [
            ([550, 503, 503], 550, DeliveryPhase.mail), ([250, 550, 554], 550, .rcpt), ([250, 250, 451], 451, .data),
            ([550, 250, 503], 550, .mail),
        ] as [([UInt16], UInt16, DeliveryPhase)])
    func refusedEnvelope(_ codes: [UInt16], _ decisive: UInt16, _ phase: DeliveryPhase) {
        var machine = Client.grouped()
        _ = machine.submit(Client.message(1))
        var action = SMTPClientStateMachine.Action.none
        for code in codes { action = machine.receive(code) }
        #expect(action == .finished(Client.finished(1, decisive, phase)))
        #expect(machine.submit(Client.message(2)) == .group(reset: true))
        #expect(machine.receive(250, 250, 250, 354) == .sendContent(Client.message(2)))
    }

    @Test(
        "a 354 although the recipient was refused is answered with a lone dot, whose reply means nothing",
        arguments: [250, 554])
    func loneDot(_ answer: UInt16) {
        var machine = Client.grouped()
        _ = machine.submit(Client.message(1))
        #expect(machine.receive(250, 550, 354) == .send(.loneDot))
        #expect(machine.room == 1)
        #expect(machine.submit(Client.message(2)) == .group(reset: false))
        #expect(machine.receive(answer) == .finished(Client.finished(1, 550, .rcpt)))
        #expect(machine.receive(250, 250, 354) == .sendContent(Client.message(2)))
    }

    @Test("a 354 after a refused MAIL and an accepted RCPT ends the connection: a dot would send an empty message")
    func noEmptyMessage() {
        var machine = Client.grouped()
        _ = machine.submit(Client.message(1))
        #expect(machine.receive(451, 250, 354) == .close([Client.finished(1, 451, .mail)]))
    }

    @Test("a 2yz to DATA is no acceptance")
    func dataAnswered250() {
        var machine = Client.grouped()
        _ = machine.submit(Client.message(1))
        guard case .close(let finished) = machine.receive(250, 250, 250) else {
            Issue.record("not closed")
            return
        }
        guard case .lostBeforeFinalDot = finished.first?.result else {
            Issue.record("not lost but \(finished)")
            return
        }
    }

    @Test("after as many messages as a connection may have, it says QUIT when the last is answered")
    func limit() {
        var machine = Client.grouped(messages: 1)
        _ = machine.submit(Client.message(1))
        #expect(machine.isSpent)
        let early = machine.quitIfDone()
        #expect(!early)
        _ = machine.receive(250, 250, 354)
        #expect(machine.room == 0)
        _ = machine.receive(250)
        let done = machine.quitIfDone()
        #expect(done)
        #expect(machine.receive(221) == .close([]))
    }
}
