import Delivery
import Testing

@testable import SMTP

@Suite("Many messages in flight, with CHUNKING")
struct SMTPClientChunkedTests {
    @Test("messages go out up to the window, each after the first behind RSET")
    func window() {
        var machine = Client.chunked(window: 4)
        #expect(machine.room == 4)
        #expect(machine.submit(Client.message(1)) == .transaction(reset: false))
        for token in 2...3 { #expect(machine.submit(Client.message(UInt64(token))) == .transaction(reset: true)) }
        #expect(machine.room == 0, "refilled in halves")
        #expect(machine.receive(250, 250, 250) == .finished(Client.finished(1, 250, .dot)))
        #expect(machine.room == 2)
        #expect(machine.receive(250, 250, 250, 250) == .finished(Client.finished(2, 250, .dot)))
        #expect(machine.receive(250, 250, 250, 250) == .finished(Client.finished(3, 250, .dot)))
        #expect(machine.submit(Client.message(4)) == .transaction(reset: false), "nothing is left open")
    }

    @Test("the window in bytes holds, but one message always may go")
    func bytes() {
        let large = Client.message(1, content: String(repeating: "x", count: 500) + "\r\n")
        var machine = Client.open("PIPELINING\nCHUNKING", windowBytes: 1000)
        _ = machine.submit(large)
        #expect(machine.room == 0)
        var tiny = Client.open("PIPELINING\nCHUNKING", windowBytes: 100)
        _ = tiny.submit(large)
        _ = tiny.receive(250, 250, 250)
        #expect(tiny.room == 1)
    }

    @Test(
        "the first negative reply decides, and the chunk's own answer is consumed",
        arguments: [
            ([550, 503, 503], 550, DeliveryPhase.mail), ([250, 550, 503], 550, .rcpt), ([250, 250, 554], 554, .dot),
        ] as [([UInt16], UInt16, DeliveryPhase)])
    func refused(_ codes: [UInt16], _ decisive: UInt16, _ phase: DeliveryPhase) {
        var machine = Client.chunked()
        _ = machine.submit(Client.message(1))
        _ = machine.submit(Client.message(2))
        var action = SMTPClientStateMachine.Action.none
        for code in codes { action = machine.receive(code) }
        #expect(action == .finished(Client.finished(1, decisive, phase)))
        #expect(machine.receive(250, 250, 250, 250) == .finished(Client.finished(2, 250, .dot)))
    }

    @Test("a chunk that is accepted for an accepted recipient is accepted, whatever MAIL was answered")
    func acceptedAfterAll() {
        var machine = Client.chunked()
        _ = machine.submit(Client.message(1))
        #expect(machine.receive(503, 250, 250) == .finished(Client.finished(1, 250, .dot)))
    }

    @Test("the last refused chunk makes the next message begin with RSET")
    func resetAfterRefusal() {
        var machine = Client.chunked()
        _ = machine.submit(Client.message(1))
        _ = machine.receive(250, 550, 503)
        #expect(machine.submit(Client.message(2)) == .transaction(reset: true))
    }

    @Test("the text of plain success on the way is not wanted, that of the end is")
    func textWanted() {
        var machine = Client.chunked()
        _ = machine.submit(Client.message(1))
        #expect(!machine.textWanted(250))
        #expect(machine.textWanted(550))
        _ = machine.receive(250, 250)
        #expect(machine.textWanted(250))
    }

    @Test("a message that goes alone keeps others off its connection until it is answered")
    func alone() {
        var message = Client.message(1)
        message.goesAlone = true
        for (machine, codes) in [(Client.chunked(), [250, 250, 250]), (Client.grouped(), [250, 250, 354, 250])] {
            var machine = machine
            _ = machine.submit(message)
            for code in codes {
                #expect(machine.room == 0)
                _ = machine.receive(UInt16(code))
            }
            #expect(machine.room > 0)
            _ = machine.submit(Client.message(2))
            #expect(machine.countInFlight == 1)
        }
    }
}
