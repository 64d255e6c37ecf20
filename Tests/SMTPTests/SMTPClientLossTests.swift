import Delivery
import Testing

@testable import SMTP

@Suite("Connections that end too early")
struct SMTPClientLossTests {
    private func lost(_ machine: SMTPClientStateMachine) -> [DeliveryResult] {
        var machine = machine
        let finished = machine.lost("gone")
        #expect(finished.map(\.token) == (0..<finished.count).map { UInt64($0 + 1) }, "each once, in order")
        #expect(machine.lost("gone").isEmpty)
        #expect(machine.stage == .closed)
        return finished.map(\.result)
    }

    private func machine(_ machine: SMTPClientStateMachine, messages: Int, codes: [UInt16]) -> SMTPClientStateMachine {
        var machine = machine
        for token in 1...messages { _ = machine.submit(Client.message(UInt64(token))) }
        for code in codes { _ = machine.receive(code) }
        return machine
    }

    @Test(
        "without its content sent, a message was begun only if the server answered something",
        arguments: [
            ([], .notAttempted), ([250], .lostBeforeFinalDot("gone")), ([250, 250], .lostBeforeFinalDot("gone")),
            ([250, 250, 354], .lostAfterFinalDot("gone")),
            ([250, 550], .reply(Client.reply(550), phase: .rcpt)),
            ([250, 550, 354], .reply(Client.reply(550), phase: .rcpt)),
        ] as [([UInt16], DeliveryResult)])
    func grouped(_ codes: [UInt16], _ result: DeliveryResult) {
        #expect(lost(machine(Client.grouped(), messages: 1, codes: codes)) == [result])
    }

    @Test("the message behind a final dot was not attempted while the dot is unanswered")
    func groupedSecond() {
        var machine = machine(Client.grouped(), messages: 1, codes: [250, 250, 354])
        _ = machine.submit(Client.message(2))
        #expect(lost(machine) == [.lostAfterFinalDot("gone"), .notAttempted])
    }

    @Test("with its content sent, a message is in doubt unless it was refused already")
    func chunked() {
        let machine = machine(Client.chunked(), messages: 3, codes: [250, 550])
        #expect(
            lost(machine) == [
                .reply(Client.reply(550), phase: .rcpt), .lostAfterFinalDot("gone"), .lostAfterFinalDot("gone"),
            ])
    }

    @Test("nothing is lost when nothing was in flight")
    func idle() {
        #expect(lost(Client.grouped()).isEmpty)
    }

    @Test(
        "421 is the result of the message it answers; those after it were not attempted",
        arguments: [
            ([421], Client.finished(1, 421, .mail)), ([250, 421], Client.finished(1, 421, .rcpt)),
            ([250, 250, 421], Client.finished(1, 421, .dot)), ([250, 550, 421], Client.finished(1, 550, .rcpt)),
        ] as [([UInt16], SMTPClientStateMachine.Finished)])
    func serviceClosed(_ codes: [UInt16], _ first: SMTPClientStateMachine.Finished) {
        var machine = Client.chunked()
        for token in 1...3 { _ = machine.submit(Client.message(UInt64(token))) }
        var action = SMTPClientStateMachine.Action.none
        for code in codes { action = machine.receive(code) }
        #expect(
            action
                == .close([
                    first, .init(token: 2, result: .notAttempted), .init(token: 3, result: .notAttempted),
                ]))
        #expect(machine.stage == .closed)
    }

    @Test("421 to the final dot ends a group with the next envelope not attempted")
    func serviceClosedAtDot() {
        var machine = machine(Client.grouped(), messages: 1, codes: [250, 250, 354])
        _ = machine.submit(Client.message(2))
        #expect(
            machine.receive(421) == .close([Client.finished(1, 421, .dot), .init(token: 2, result: .notAttempted)]))
    }

    @Test("a reply that cannot be an answer ends the session", arguments: [354, 334] as [UInt16])
    func misplaced(_ code: UInt16) {
        var machine = machine(Client.grouped(), messages: 1, codes: [])
        #expect(machine.receive(code) == .close([.init(token: 1, result: .notAttempted)]))
        var atDot = self.machine(Client.grouped(), messages: 1, codes: [250, 250, 354])
        guard case .close(let finished) = atDot.receive(code), case .lostAfterFinalDot = finished.first?.result else {
            Issue.record("not in doubt")
            return
        }
    }
}
