import Delivery
import Testing

@testable import SMTP

@Suite("STARTTLS and AUTH before the first message")
struct SMTPClientOpeningTests {
    private func machine(
        _ encryption: SMTPSessionTerms.Encryption, _ credentials: SMTPCredentials? = nil
    ) -> SMTPClientStateMachine {
        var terms = SMTPSessionTerms()
        terms.encryption = encryption
        terms.credentials = credentials
        return SMTPClientStateMachine(messages: 10, windowMessages: 4, windowBytes: 1000, terms: terms)
    }

    private let login = SMTPCredentials(user: "u", password: "p")

    @Test("STARTTLS follows EHLO, and after it EHLO again, with everything forgotten")
    func startTLS() {
        var machine = machine(.required)
        #expect(machine.receive(220) == .send(.ehlo))
        #expect(machine.received(Client.reply(250, "mx\nSTARTTLS\nPIPELINING\nCHUNKING")) == .send(.startTLS))
        #expect(machine.receive(220) == .secure)
        #expect(machine.room == 0)
        #expect(machine.secured() == .send(.ehlo))
        #expect(machine.extensions == SMTPExtensions())
        #expect(machine.received(Client.reply(250, "mx\nSTARTTLS")) == .opened, "there is no second STARTTLS")
        #expect(machine.conversation == .stepwise)
    }

    @Test("implicit TLS comes before the greeting")
    func implicit() {
        var machine = machine(.implicit)
        #expect(machine.stage == .handshake)
        #expect(machine.secured() == .none)
        #expect(machine.receive(220) == .send(.ehlo))
        #expect(machine.received(Client.reply(250, "mx\nSTARTTLS")) == .opened)
    }

    @Test(
        "where TLS is optional its refusal does no harm; 421 ends the connection",
        arguments: [("mx\nHELP", [], false), ("mx\nSTARTTLS", [454], false), ("mx\nSTARTTLS", [421], true)]
            as [(String, [UInt16], Bool)])
    func opportunistic(_ ehlo: String, _ answers: [UInt16], _ fails: Bool) {
        var machine = machine(.opportunistic)
        _ = machine.receive(220)
        var action = machine.received(Client.reply(250, ehlo))
        for code in answers { action = machine.received(Client.reply(code)) }
        guard fails else {
            #expect(action == .opened)
            return
        }
        guard case .refused(let failure) = action else {
            Issue.record("not refused but \(action)")
            return
        }
        #expect(failure.kind == .tls)
    }

    @Test(
        "where TLS is demanded nothing goes without it, and the failure is one of TLS",
        arguments: [(220, 250, nil), (220, 500, 250), (220, 250, 454)] as [(UInt16, UInt16, UInt16?)])
    func required(_ greeting: UInt16, _ ehlo: UInt16, _ last: UInt16?) {
        var machine = machine(.required)
        _ = machine.received(Client.reply(greeting))
        var action = machine.received(Client.reply(ehlo, last == 454 ? "mx\nSTARTTLS" : "mx"))
        if let last { action = machine.received(Client.reply(last)) }
        guard case .refused(let failure) = action else {
            Issue.record("not refused but \(action)")
            return
        }
        #expect(failure.kind == .tls && failure.phase == .tls)
        #expect(machine.room == 0)
    }

    @Test(
        "each mechanism says what its RFC asks for",
        arguments: [
            ("PLAIN LOGIN", SMTPCredentials(user: "u", password: "p"), ["AUTH PLAIN AHUAcA=="]),
            ("login", SMTPCredentials(user: "u", password: "p"), ["AUTH LOGIN", "dQ==", "cA==", "*"]),
            (
                "PLAIN XOAUTH2", SMTPCredentials(user: "u", accessToken: "t"),
                ["AUTH XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHQBAQ==", "", "*"]
            ),
        ])
    func mechanisms(_ offered: String, _ credentials: SMTPCredentials, _ lines: [String]) {
        var machine = machine(.none, credentials)
        machine.isLocal = true
        _ = machine.receive(220)
        var action = machine.received(Client.reply(250, "mx\nAUTH \(offered)"))
        for line in lines {
            #expect(action == .send(.login(line)))
            action = machine.receive(334)
        }
        #expect(machine.receive(235) == .opened)
    }

    @Test("a response that is too long for one line waits for its challenge")
    func longToken() {
        let token = String(repeating: "t", count: 1000)
        var login = SMTPLogin(SMTPCredentials(user: "u", accessToken: token), offered: ["XOAUTH2"])
        #expect(login?.command == "AUTH XOAUTH2")
        #expect((login?.answer().utf8.count ?? 0) > 1000)
    }

    @Test(
        "a login that fails is our fault, not the connection's",
        arguments: [("AUTH PLAIN", 535), ("AUTH PLAIN", 454), ("AUTH PLAIN", 530), ("AUTH GSSAPI", nil), ("HELP", nil)]
            as [(String, UInt16?)])
    func refused(_ keyword: String, _ answer: UInt16?) {
        var machine = machine(.none, login)
        machine.isLocal = true
        _ = machine.receive(220)
        var action = machine.received(Client.reply(250, "mx\n\(keyword)"))
        if let answer { action = machine.received(Client.reply(answer)) }
        guard case .refused(let failure) = action else {
            Issue.record("not refused but \(action)")
            return
        }
        #expect(failure.kind == .login && failure.phase == .auth)
        #expect(failure.reply?.code == answer)
    }

    @Test("a password is not said in clear to another machine")
    func clear() {
        var machine = machine(.opportunistic, login)
        _ = machine.receive(220)
        guard case .refused(let failure) = machine.received(Client.reply(250, "mx\nAUTH PLAIN")) else {
            Issue.record("not refused")
            return
        }
        #expect(failure.kind == .login)
    }

    @Test("LMTP begins with LHLO, and there is no HELO to fall back to")
    func lmtp() {
        var terms = SMTPSessionTerms()
        terms.transport = .lmtp
        var machine = SMTPClientStateMachine(messages: 10, windowMessages: 4, windowBytes: 1000, terms: terms)
        #expect(machine.receive(220) == .send(.lhlo))
        guard case .refused(let failure) = machine.receive(500) else {
            Issue.record("not refused")
            return
        }
        #expect(failure.phase == .ehlo)
    }

    @Test("REQUIRETLS goes only to a server that announces it under a certificate that was verified")
    func requireTLS() {
        var message = Client.message(1)
        message.requiresTLS = true
        for (authenticates, keyword, isSent) in [
            (true, "REQUIRETLS", true), (true, "HELP", false), (false, "REQUIRETLS", false),
        ] {
            var terms = SMTPSessionTerms()
            terms.encryption = .implicit
            terms.authenticates = authenticates
            var machine = SMTPClientStateMachine(messages: 10, windowMessages: 4, windowBytes: 1000, terms: terms)
            _ = machine.secured()
            _ = machine.receive(220)
            _ = machine.received(Client.reply(250, "mx\n\(keyword)"))
            if isSent {
                #expect(machine.submit(message) == .step(reset: false))
            } else if case .unsendable(.reply(let reply, _)) = machine.submit(message) {
                #expect(reply.enhancedStatus == EnhancedStatusCode(5, 7, 30))
            } else {
                Issue.record("was sent")
            }
        }
    }
}

@Suite("Servers that do not get on with pipelining")
struct SMTPClientSimpleTests {
    @Test(
        "what they refuse for that reason is tried again over a connection of single commands",
        arguments: [[503, 503, 503], [250, 250, 500], [502, 250, 503]] as [[UInt16]])
    func grouped(_ codes: [UInt16]) {
        var machine = Client.grouped()
        _ = machine.submit(Client.message(1))
        var action = SMTPClientStateMachine.Action.none
        for code in codes { action = machine.received(Client.reply(code)) }
        #expect(action == .finished(.init(token: 1, result: .notAttempted)))
        #expect(machine.foundSimple && machine.room == 0)
        let quits = machine.quitIfDone()
        #expect(quits)
    }

    @Test("what was on its way behind it is still answered")
    func chunked() {
        var machine = Client.chunked()
        _ = machine.submit(Client.message(1))
        _ = machine.submit(Client.message(2))
        #expect(machine.receive(250, 250, 502) == .finished(.init(token: 1, result: .notAttempted)))
        #expect(machine.receive(250, 250, 250, 250) == .finished(Client.finished(2, 250, .dot)))
        let quits = machine.quitIfDone()
        #expect(quits)
    }

    @Test(
        "objections to sender, recipient or message are no such reason",
        arguments: [
            (503, "5.7.1", "mail"), (550, nil, "mail"), (501, nil, "mail"), (503, nil, "rcpt"), (500, nil, "dot"),
        ] as [(UInt16, String?, String)])
    func others(_ code: UInt16, _ status: String?, _ step: String) {
        var machine = Client.grouped()
        _ = machine.submit(Client.message(1))
        let reply = SMTPReply(
            code: code, enhancedStatus: status == nil ? nil : EnhancedStatusCode(5, 7, 1), text: "no")
        var action = SMTPClientStateMachine.Action.none
        switch step {
        case "mail":
            _ = machine.received(reply)
            action = machine.receive(503, 503)
        case "rcpt":
            _ = machine.receive(250)
            _ = machine.received(reply)
            action = machine.receive(503)
        default:
            _ = machine.receive(250, 250, 354)
            action = machine.received(reply)
        }
        guard case .finished(let finished) = action, case .reply(reply, _) = finished.result else {
            Issue.record("not the reply but \(action)")
            return
        }
        #expect(!machine.foundSimple)
    }

    @Test("with single commands the same words are the message's result, and HELO is said where nothing needs EHLO")
    func simple() {
        var terms = SMTPSessionTerms()
        terms.isSimple = true
        var machine = SMTPClientStateMachine(messages: 10, windowMessages: 4, windowBytes: 1000, terms: terms)
        #expect(machine.receive(220) == .send(.helo))
        #expect(machine.receive(250) == .opened)
        _ = machine.submit(Client.message(1))
        #expect(machine.receive(503) == .finished(Client.finished(1, 503, .mail)))

        terms.encryption = .required
        var secure = SMTPClientStateMachine(messages: 10, windowMessages: 4, windowBytes: 1000, terms: terms)
        #expect(secure.receive(220) == .send(.ehlo))
        _ = secure.received(Client.reply(250, "mx\nSTARTTLS"))
        _ = secure.receive(220)
        _ = secure.secured()
        _ = secure.received(Client.reply(250, "mx\nPIPELINING\nCHUNKING"))
        #expect(secure.conversation == .stepwise)
    }
}
