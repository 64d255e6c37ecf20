import Delivery
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@testable import SMTP

@Suite("The server's STARTTLS, AUTH and LMTP")
struct SMTPServerSecurityTests {
    private func machine(_ change: (inout SMTPServerTerms) -> Void) -> SMTPServerStateMachine {
        var terms = SMTPServerTerms()
        change(&terms)
        return SMTPServerStateMachine(maximumSize: 1000, maximumRecipients: 5, terms: terms)
    }

    @Test("STARTTLS makes the client start over, and is taken once")
    func startTLS() {
        var machine = machine { ($0.offersTLS, $0.requiresTLS) = (true, true) }
        _ = machine.received(.ehlo("c"))
        #expect(machine.offersTLS)
        #expect(machine.received(.mail("s@x", .init())) == .reply(.tlsFirst))
        #expect(machine.received(.startTLS) == .secure)
        machine.secured()
        #expect(machine.received(.mail("s@x", .init())) == .reply(.helloFirst))
        _ = machine.received(.ehlo("c"))
        #expect(!machine.offersTLS && machine.received(.startTLS) == .reply(.notNow))
        #expect(machine.received(.mail("s@x", .init())) == .askSender("s@x"))
    }

    @Test(
        "a login, in each form",
        arguments: [
            ("PLAIN", "AHUAcA==", []), ("plain", nil, ["AHUAcA=="]), ("LOGIN", nil, ["dQ==", "cA=="]),
            ("LOGIN", "dQ==", ["cA=="]),
        ] as [(String, String?, [String])])
    func login(_ mechanism: String, _ response: String?, _ lines: [String]) {
        var machine = machine { $0.requiresLogin = true }
        _ = machine.received(.ehlo("c"))
        #expect(machine.offersLogin)
        #expect(machine.received(.mail("s@x", .init())) == .reply(.loginFirst))
        var action = machine.received(.auth(mechanism, response))
        for line in lines {
            #expect(machine.reading == .login)
            action = machine.loginLine(line)
        }
        #expect(action == .checkLogin(user: "u", password: "p"))
        #expect(machine.reading == .commands)
        machine.loginDecided(isAccepted: true)
        #expect(machine.received(.auth("PLAIN", "AHUAcA==")) == .reply(.notNow))
        #expect(machine.received(.mail("s@x", .init())) == .askSender("s@x"))
    }

    @Test(
        "what is no login is refused and leaves the session as it was",
        arguments: [
            ("PLAIN", "*", SMTPServerReply.loginCancelled), ("PLAIN", "§", .loginMalformed),
            ("PLAIN", "dQ==", .loginMalformed),
            ("LOGIN", "*", .loginCancelled), ("CRAM-MD5", "x", .unknownMechanism),
        ])
    func badLogin(_ mechanism: String, _ line: String, _ reply: SMTPServerReply) {
        var machine = machine { $0.requiresLogin = true }
        _ = machine.received(.ehlo("c"))
        #expect(machine.received(.auth(mechanism, line)) == .reply(reply))
        #expect(machine.reading == .commands && !machine.isLoggedIn)
    }

    @Test("a login is not taken in clear where TLS is offered")
    func clearLogin() {
        var machine = machine { ($0.offersTLS, $0.requiresLogin) = (true, true) }
        _ = machine.received(.ehlo("c"))
        #expect(!machine.offersLogin)
        #expect(machine.received(.auth("PLAIN", "AHUAcA==")) == .reply(.loginNeedsTLS))
    }

    @Test("LMTP wants LHLO, and answers a message once for every recipient")
    func lmtp() throws {
        let server = try ServerChannel { $0.isLMTP = true }
        #expect(try server.say("EHLO c\r\n").text.hasPrefix("500"))
        #expect(try server.say("LHLO c\r\n").text.hasPrefix("250-mx.example\r\n"))
        let envelope = "MAIL FROM:<s@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n"
        #expect(try server.codes(envelope + "DATA\r\n") == ["250", "250", "250", "354"])
        #expect(try server.codes("x\r\n.\r\n") == ["250", "250"])
        server.session.messageDecision = { _ in
            .replies([SMTPReply(code: 250, text: "one"), SMTPReply(code: 452, text: "two")])
        }
        #expect(try server.codes(envelope + "BDAT 2 LAST\r\nx\n") == ["250", "250", "250", "250", "452"])
        #expect(try server.codes("RSET\r\n") == ["250"])
    }

    @Test("SMTP knows no LHLO, and withheld keywords are neither announced nor, for DSN, understood")
    func withheld() throws {
        let server = try ServerChannel { $0.withheld = ["DSN", "CHUNKING"] }
        #expect(try server.say("LHLO c\r\n").text.hasPrefix("500"))
        let text = try server.say("EHLO c\r\n").text
        #expect(text.contains("PIPELINING") && !text.contains("DSN") && !text.contains("CHUNKING"))
        #expect(try server.codes("MAIL FROM:<s@x> RET=FULL\r\n") == ["555"])
    }

    @Test(
        "the parameters of DSN are read strictly",
        arguments: [
            ("MAIL FROM:<s@x> RET=HDRS ENVID=a+2Bb", "250"), ("MAIL FROM:<s@x> RET=ALL", "501"),
            ("MAIL FROM:<s@x> ENVID=", "501"), ("MAIL FROM:<s@x> AUTH=<>", "250"),
            ("MAIL FROM:<s@x> REQUIRETLS", "530"),
            ("RCPT TO:<a@x> NOTIFY=NEVER ORCPT=rfc822;a@x", "250"),
            ("RCPT TO:<a@x> NOTIFY=SUCCESS,FAILURE,DELAY", "250"),
            ("RCPT TO:<a@x> NOTIFY=NEVER,DELAY", "501"), ("RCPT TO:<a@x> NOTIFY=", "501"),
            ("RCPT TO:<a@x> ORCPT=a@x", "501"),
            ("RCPT TO:<a@x> FOO=1", "555"),
        ])
    func notifications(_ command: String, _ code: String) throws {
        let server = try ServerChannel()
        _ = try server.say("EHLO c\r\n")
        if command.hasPrefix("RCPT") { _ = try server.say("MAIL FROM:<s@x>\r\n") }
        #expect(try server.codes(command + "\r\n") == [code])
    }

    @Test("commands in clear behind STARTTLS are forgotten (CVE-2011-0411)")
    func injection() async throws {
        let certificates = try await TestCertificates()
        var configuration = SMTPServerConfiguration(hostName: "mx.example")
        configuration.tls = certificates.serverTLS()
        let session = ScriptedSession()
        let handler = SMTPServerHandler(
            session: session, configuration: configuration, tls: try certificates.serverTLS().makeContext())
        let server = try ServerChannel(session: session, handler: handler)
        #expect(try server.say("EHLO c\r\n").text.contains("STARTTLS"))
        let answer = try server.say("STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x>\r\n").text
        #expect(answer == "220 2.0.0 Ready to start TLS\r\n", "only STARTTLS is answered")
    }
}
