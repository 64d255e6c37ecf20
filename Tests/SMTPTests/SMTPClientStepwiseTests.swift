import Delivery
import Testing

@testable import SMTP

@Suite("One command at a time, without PIPELINING")
struct SMTPClientStepwiseTests {
    @Test("a message goes through MAIL, RCPT, DATA, content")
    func accepted() {
        var machine = Client.stepwise()
        #expect(machine.submit(Client.message(1)) == .step(reset: false))
        #expect(machine.room == 0)
        #expect(machine.receive(250) == .send(.recipient))
        #expect(machine.receive(250) == .send(.data))
        #expect(machine.receive(354) == .sendContent(Client.message(1)))
        #expect(machine.received(Client.reply(250, "queued")) == .finished(Client.finished(1, 250, .dot, "queued")))
        #expect(machine.room == 1)
    }

    @Test("after a refused MAIL the next message begins at once")
    func refusedMail() {
        var machine = Client.stepwise()
        _ = machine.submit(Client.message(1))
        #expect(machine.receive(550) == .finished(Client.finished(1, 550, .mail)))
        #expect(machine.submit(Client.message(2)) == .step(reset: false))
    }

    @Test("after a refused RCPT or DATA the next message begins with RSET", arguments: [1, 2])
    func reset(_ accepted: Int) {
        var machine = Client.stepwise()
        _ = machine.submit(Client.message(1))
        for _ in 0..<accepted { _ = machine.receive(250) }
        let phase: DeliveryPhase = accepted == 1 ? .rcpt : .data
        #expect(machine.receive(450) == .finished(Client.finished(1, 450, phase)))
        #expect(machine.submit(Client.message(2)) == .step(reset: true))
        #expect(machine.receive(250) == .send(.mail))
        #expect(machine.held == Client.message(2))
        #expect(machine.receive(250) == .send(.recipient))
    }

    @Test("a refused final dot needs no RSET")
    func refusedDot() {
        var machine = Client.stepwise()
        _ = machine.submit(Client.message(1))
        #expect(machine.receive(250, 250, 354, 554) == .finished(Client.finished(1, 554, .dot)))
        #expect(machine.submit(Client.message(2)) == .step(reset: false))
    }

    @Test("a refused RSET leaves nothing to trust: the connection is closed, the message goes back")
    func refusedReset() {
        var machine = Client.stepwise()
        _ = machine.submit(Client.message(1))
        _ = machine.receive(250, 550)
        _ = machine.submit(Client.message(2))
        #expect(machine.receive(502) == .close([.init(token: 2, result: .notAttempted)]))
    }
}

@Suite("What is not sent because the server cannot take it")
struct SMTPClientUnsendableTests {
    @Test("a message larger than the announced SIZE is answered 552 5.3.4 without being sent")
    func tooLarge() throws {
        var machine = Client.open("SIZE 10\nPIPELINING")
        guard case .unsendable(.reply(let reply, let phase)) = machine.submit(Client.message(1)) else {
            Issue.record("was sent")
            return
        }
        #expect(reply.code == 552)
        #expect(reply.enhancedStatus == EnhancedStatusCode(5, 3, 4))
        #expect(phase == .mail)
        #expect(machine.isIdle && machine.room == 1)
    }

    @Test("a UTF-8 address is answered 553 5.6.7 where SMTPUTF8 is not announced, and sent where it is")
    func utf8() {
        var message = Client.message(1)
        message.needsSMTPUTF8 = true
        var without = Client.grouped()
        guard case .unsendable(.reply(let reply, _)) = without.submit(message) else {
            Issue.record("was sent")
            return
        }
        #expect(reply.code == 553)
        #expect(reply.enhancedStatus == EnhancedStatusCode(5, 6, 7))
        var with = Client.open("PIPELINING\nSMTPUTF8")
        #expect(with.submit(message) == .group(reset: false))
    }

    @Test(
        "a line end in an address is never written",
        arguments: ["a\r\nDATA@x.example", "a\n@x.example", "a\0@x.example"])
    func injection(_ address: String) {
        for isSender in [true, false] {
            var message = Client.message(1)
            if isSender { message.sender = address } else { message.recipient = address }
            var machine = Client.chunked()
            guard case .unsendable(.reply(let reply, _)) = machine.submit(message) else {
                Issue.record("was sent")
                return
            }
            #expect(reply.code == 553)
        }
    }
}
