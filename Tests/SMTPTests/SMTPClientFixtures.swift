import Delivery

@testable import SMTP

/// Builders for the client's tests.
enum Client {
    static func message(_ token: UInt64, content: String = "Subject: x\r\n\r\nHello\r\n") -> OutgoingMessage {
        OutgoingMessage(
            token: token, sender: "bounce@sender.example", recipient: "user\(token)@example.com",
            content: Array(content.utf8))
    }

    /// A machine that has been greeted by a server with these extensions, one a line.
    static func open(
        _ extensions: String, messages: Int = 1000, window: Int = 32, windowBytes: Int = 1 << 20
    ) -> SMTPClientStateMachine {
        var machine = SMTPClientStateMachine(messages: messages, windowMessages: window, windowBytes: windowBytes)
        _ = machine.received(reply(220, "mx.example.com ESMTP"))
        _ = machine.received(reply(250, "mx.example.com\n" + extensions))
        return machine
    }

    static func stepwise() -> SMTPClientStateMachine { open("SIZE 1000000") }
    static func grouped(messages: Int = 1000) -> SMTPClientStateMachine { open("PIPELINING", messages: messages) }
    static func chunked(window: Int = 32) -> SMTPClientStateMachine { open("PIPELINING\nCHUNKING", window: window) }

    static func reply(_ code: UInt16, _ text: String = "") -> SMTPReply { SMTPReply(code: code, text: text) }

    static func finished(
        _ token: UInt64, _ code: UInt16, _ phase: DeliveryPhase, _ text: String = ""
    ) -> SMTPClientStateMachine.Finished {
        .init(token: token, result: .reply(reply(code, text), phase: phase))
    }
}

extension SMTPClientStateMachine {
    /// Takes replies with these codes; answers what to do after the last.
    mutating func receive(_ codes: UInt16...) -> Action {
        var action = Action.none
        for code in codes { action = received(Client.reply(code)) }
        return action
    }
}
