import Delivery
import Testing

@testable import SMTP

@Suite("The client's greeting and EHLO")
struct SMTPClientHelloTests {
    private func machine() -> SMTPClientStateMachine {
        SMTPClientStateMachine(messages: 10, windowMessages: 4, windowBytes: 1000)
    }

    @Test("EHLO follows the greeting, and its reply opens the session")
    func ehlo() {
        var machine = machine()
        #expect(machine.receive(220) == .send(.ehlo))
        #expect(machine.room == 0)
        #expect(
            machine.received(Client.reply(250, "mx\nSIZE 1000\n8BITMIME\nSMTPUTF8\nPIPELINING\nCHUNKING")) == .opened)
        #expect(machine.extensions.maximumSize == 1000)
        #expect(machine.extensions.eightBitMIME && machine.extensions.smtpUTF8)
        #expect(machine.conversation == .chunked)
        #expect(machine.room > 0)
    }

    @Test(
        "the conversation follows the extensions",
        arguments: [
            ("PIPELINING\nCHUNKING", SMTPClientStateMachine.Conversation.chunked),
            ("pipelining", .grouped), ("CHUNKING", .stepwise), ("HELP", .stepwise),
        ])
    func conversation(_ extensions: String, _ conversation: SMTPClientStateMachine.Conversation) {
        #expect(Client.open(extensions).conversation == conversation)
    }

    @Test("the first line of the reply to EHLO announces nothing, and SIZE 0 means no limit")
    func extensionLines() {
        #expect(!SMTPExtensions(ehlo: Client.reply(250, "PIPELINING")).pipelining)
        let extensions = SMTPExtensions(ehlo: Client.reply(250, "mx\nSIZE 0"))
        #expect(extensions.size)
        #expect(extensions.maximumSize == nil)
    }

    @Test("HELO is tried where EHLO is refused with 5yz, and announces nothing")
    func helo() {
        var machine = machine()
        #expect(machine.receive(220, 502) == .send(.helo))
        #expect(machine.received(Client.reply(250, "mx\nPIPELINING")) == .opened)
        #expect(machine.conversation == .stepwise)
    }

    @Test(
        "a refusal is a failure of the endpoint, with the reply and how far it came",
        arguments: [
            ([554], DeliveryPhase.connect), ([421], .connect), ([220, 421], .ehlo), ([220, 450], .ehlo),
            ([220, 550, 550], .ehlo),
        ] as [([UInt16], DeliveryPhase)])
    func refusal(_ codes: [UInt16], _ phase: DeliveryPhase) throws {
        var machine = machine()
        var action = SMTPClientStateMachine.Action.none
        for code in codes { action = machine.received(Client.reply(code, "no")) }
        guard case .refused(let failure) = action else {
            Issue.record("not refused but \(action)")
            return
        }
        #expect(failure.phase == phase)
        #expect(failure.reply == Client.reply(try #require(codes.last), "no"))
        #expect(machine.stage == .closed)
    }

    @Test("a notice while nothing is in flight closes the connection and is nobody's outcome")
    func idleNotice() {
        var machine = Client.grouped()
        #expect(machine.receive(421) == .close([]))
    }
}
