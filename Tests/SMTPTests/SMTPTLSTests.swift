import Crypto
import Delivery
import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing

@testable import SMTP

/// What a server saw of its clients.
final class SeenClients: Sendable {
    private let state = Mutex<(recipients: [String], addresses: Set<String>, logins: [String])>(([], [], []))

    var recipients: [String] { state.withLock { $0.recipients } }
    var addresses: Set<String> { state.withLock { $0.addresses } }
    var logins: [String] { state.withLock { $0.logins } }

    func note(login: String) { state.withLock { $0.logins.append(login) } }

    func makeSession(_ address: SocketAddress?) -> any SMTPServerSession {
        state.withLock { _ = $0.addresses.insert(address?.ipAddress ?? "unix") }
        return Session(seen: self)
    }

    private final class Session: SMTPServerSession {
        let seen: SeenClients
        let contentInterest = SMTPContentInterest.none

        init(seen: SeenClients) { self.seen = seen }

        func recipient(_ address: String, from sender: String) -> SMTPServerDecision { .accept }
        func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
            seen.state.withLock { $0.recipients += message.recipients }
            return .accept
        }
    }
}

/// Runs our own server while `body` runs; answers what `body` answers.
func withServer<Result: Sendable>(
    _ change: (inout SMTPServerConfiguration) -> Void = { _ in }, host: String = "127.0.0.1",
    seen: SeenClients = .init(),
    _ body: (Int) async throws -> Result
) async throws -> Result {
    var configuration = SMTPServerConfiguration(hostName: "mx.example")
    change(&configuration)
    let server = try await SMTPServer.listen(
        host: host, port: 0, configuration: configuration, group: MultiThreadedEventLoopGroup.singleton,
        logger: Logger(label: "test")
    ) { _, address in seen.makeSession(address) }
    do {
        let result = try await body(server.localAddress?.port ?? 0)
        try await server.close()
        return result
    } catch {
        try? await server.close()
        throw error
    }
}

extension TestCertificates {
    func serverTLS(isImplicit: Bool = false, isRequired: Bool = false) -> SMTPServerTLS {
        SMTPServerTLS(
            certificateFile: path("server"), keyFile: path("server", "key"), isImplicit: isImplicit,
            isRequired: isRequired)
    }

    func certificate(_ name: String) throws -> NIOSSLCertificate {
        try NIOSSLCertificate.fromPEMFile(path(name))[0]
    }
}

@Suite("TLS to a real server", .timeLimit(.minutes(1)))
struct SMTPTLSTests {
    private func host(
        _ port: Int, _ security: SMTPSecurity, name: String = "localhost", _ credentials: SMTPCredentials? = nil
    ) throws -> SMTPDestination {
        SMTPDestination(hosts: [
            SMTPHost(
                name: name, addresses: [try SocketAddress(ipAddress: "127.0.0.1", port: port)], security: security,
                credentials: credentials)
        ])
    }

    /// Sends one message; answers how it went, or why there was no connection.
    private func send(to destination: SMTPDestination) async throws -> (code: UInt16?, failure: SMTPEndpointFailure?) {
        let record = try await sendThroughPool(
            to: destination, [Client.message(1)], grace: .zero,
            until: { !$0.results.isEmpty || !$0.unavailable.isEmpty })
        let code: UInt16? = if case .reply(let reply, .dot)? = record.results[1] { reply.code } else { nil }
        return (code, record.unavailable.first)
    }

    @Test("a good certificate passes, by STARTTLS and from the first byte on", arguments: [false, true])
    func good(_ isImplicit: Bool) async throws {
        let certificates = try await TestCertificates()
        let check = SMTPCertificateCheck.names(["localhost"], trust: .file(certificates.path("ca")))
        let tls = certificates.serverTLS(isImplicit: isImplicit, isRequired: true)
        let result = try await withServer({ $0.tls = tls }) { port in
            try await send(to: host(port, isImplicit ? .implicit(check) : .required(check)))
        }
        #expect(result.code == 250, "\(result.failure?.description ?? "")")
    }

    @Test("many messages arrive over several connections under TLS")
    func many() async throws {
        let certificates = try await TestCertificates()
        let seen = SeenClients()
        let record = try await withServer({ $0.tls = certificates.serverTLS(isRequired: true) }, seen: seen) { port in
            let messages = (1...200).map {
                Client.message(UInt64($0), content: String(repeating: "x\r\n", count: 3000))
            }
            return try await sendThroughPool(to: host(port, .opportunistic), messages) {
                $0.maximumConnections = 3
                $0.messagesPerConnection = 30
            }
        }
        #expect(record.surprises == 0 && record.unavailable.isEmpty)
        #expect(Set(seen.recipients).count == 200 && seen.recipients.count == 200)
    }

    @Test("a certificate that is not good is a failure of TLS and no message's outcome")
    func bad() async throws {
        let certificates = try await TestCertificates()
        let others = try await TestCertificates()
        let ca = SMTPTrust.file(certificates.path("ca"))
        for (security, words) in [
            (SMTPSecurity.required(.names(["mx.example"], trust: ca)), "not for mx.example"),
            (.required(.names(["localhost"], trust: .file(others.path("ca")))), "not signed by an authority"),
            (.required(.names(["localhost"])), "not signed by an authority"),
            (.required(.names(["localhost"], trust: .file("/no/such/file"))), "/no/such/file"),
            (.required(.dane([])), "TLSA"),
        ] {
            let result = try await withServer({ $0.tls = certificates.serverTLS() }) { port in
                try await send(to: host(port, security))
            }
            let failure = try #require(result.failure, "\(security)")
            #expect(failure.kind == .tls && failure.phase == .tls && failure.reply == nil)
            #expect(failure.message.contains(words), "\(failure)")
            #expect(failure.host == "localhost")
        }
    }

    @Test("DANE: whole certificates and keys, by their bytes and hashes, of the server and of its authority")
    func dane() async throws {
        let certificates = try await TestCertificates()
        var rows: [(SMTPCertificateAssociation, name: String, passes: Bool)] = []
        for (usage, certificate) in [(UInt8(3), "server"), (2, "ca")] {
            let presented = try #require(DANEVerifier.Presented(certificates.certificate(certificate)))
            for (selector, bytes) in [(UInt8(0), presented.der), (1, presented.publicKey)] {
                // The server of the test shows no authority: only a whole certificate in the record brings it along.
                let canPass = usage == 3
                rows.append((.init(usage: usage, selector: selector, matching: 0, data: bytes), "x.example", canPass))
                rows.append(
                    (
                        .init(usage: usage, selector: selector, matching: 1, data: Array(SHA256.hash(data: bytes))),
                        "localhost", canPass
                    ))
                rows.append(
                    (
                        .init(usage: usage, selector: selector, matching: 2, data: Array(SHA512.hash(data: bytes))),
                        "localhost", canPass
                    ))
                rows.append(
                    (
                        .init(usage: usage, selector: selector, matching: 1, data: [UInt8](repeating: 7, count: 32)),
                        "localhost", false
                    ))
            }
        }
        let ca = try certificates.certificate("ca").toDERBytes()
        rows.append((.init(usage: 2, selector: 0, matching: 0, data: ca), "localhost", true))
        rows.append((.init(usage: 2, selector: 0, matching: 0, data: ca), "x.example", false))
        let server = try certificates.certificate("server").toDERBytes()
        rows.append((.init(usage: 1, selector: 0, matching: 0, data: server), "localhost", false))
        try await withServer({ $0.tls = certificates.serverTLS() }) { port in
            for row in rows {
                let result = try await send(to: host(port, .required(.dane([row.0])), name: row.name))
                #expect(
                    (result.code == 250) == row.passes, "\(row.0.usage) \(row.0.selector) \(row.0.matching) \(row.name)"
                )
                if !row.passes { #expect(result.failure?.kind == .tls) }
            }
        }
    }

    @Test("DANE-TA by hash, with a server that shows its authority")
    func daneAuthority() async throws {
        let certificates = try await TestCertificates()
        let chain = certificates.path("chain")
        let pem =
            try String(contentsOfFile: certificates.path("server"), encoding: .utf8)
            + String(contentsOfFile: certificates.path("ca"), encoding: .utf8)
        try pem.write(toFile: chain, atomically: true, encoding: .utf8)
        let key = try #require(DANEVerifier.Presented(certificates.certificate("ca"))).publicKey
        let record = SMTPCertificateAssociation(usage: 2, selector: 1, matching: 1, data: Array(SHA256.hash(data: key)))
        let tls = SMTPServerTLS(certificateFile: chain, keyFile: certificates.path("server", "key"))
        try await withServer({ $0.tls = tls }) { port in
            let good = try await send(to: host(port, .required(.dane([record]))))
            #expect(good.code == 250, "\(good.failure?.description ?? "")")
            let named = try await send(
                to: host(port, .required(.dane([record], names: ["localhost"])), name: "x.example"))
            #expect(named.code == 250, "one of the names is enough")
            let bad = try await send(to: host(port, .required(.dane([record])), name: "x.example"))
            #expect(bad.failure?.kind == .tls)
        }
    }

    @Test("a login is taken under TLS; a wrong one is our fault", arguments: [false, true])
    func login(_ isWrong: Bool) async throws {
        let certificates = try await TestCertificates()
        let seen = SeenClients()
        let result = try await withServer({
            $0.tls = certificates.serverTLS()
            $0.login = { user, password in
                seen.note(login: "\(user):\(password)")
                return password == "geheim ü"
            }
        }) { port in
            let credentials = SMTPCredentials(user: "news@x.example", password: isWrong ? "falsch" : "geheim ü")
            return try await send(to: host(port, .required(.none), credentials))
        }
        #expect(seen.logins.first == (isWrong ? "news@x.example:falsch" : "news@x.example:geheim ü"))
        if isWrong {
            #expect(result.failure?.kind == .login && result.failure?.reply?.code == 535)
        } else {
            #expect(result.code == 250, "\(result.failure?.description ?? "")")
        }
    }

    @Test("without a login, and without TLS where it is demanded, the server says 530 to MAIL")
    func refused() async throws {
        let certificates = try await TestCertificates()
        for needsTLS in [true, false] {
            let record = try await withServer({
                if needsTLS { $0.tls = certificates.serverTLS(isRequired: true) } else { $0.login = { _, _ in true } }
            }) { port in
                try await sendThroughPool(to: host(port, .none), [Client.message(1)])
            }
            guard case .reply(let reply, .mail)? = record.results[1] else {
                Issue.record("not refused")
                return
            }
            #expect(reply.code == 530)
        }
    }
}

@Suite("TLS against scripted servers", .timeLimit(.minutes(1)))
struct SMTPScriptedTLSTests {
    typealias Step = ScriptedServer.Step

    private static let startTLS: [Step] = [
        .say("220 mx\r\n"), .hear("EHLO client.example\r\n"), .say("250-mx\r\n250 STARTTLS\r\n"), .hear("STARTTLS\r\n"),
    ]
    private static let clear: [Step] = [
        .say("220 mx\r\n"), .hear("EHLO client.example\r\n"), .say("250-mx\r\n250 STARTTLS\r\n"), .hear("MAIL"),
        .say("250 a\r\n"), .hear("RCPT"), .say("250 b\r\n"), .hear("DATA"), .say("354 c\r\n"), .hear("\r\n.\r\n"),
        .say("250 d\r\n"),
    ]

    private func context(_ certificates: TestCertificates) throws -> NIOSSLContext {
        try certificates.serverTLS().makeContext()
    }

    @Test("what is said in clear behind the 220 to STARTTLS is never heard (CVE-2021-38371)")
    func injection() async throws {
        let certificates = try await TestCertificates()
        let injected = "220 go\r\n250-evil.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
        let server = try await ScriptedServer.start(
            [
                Self.startTLS + [
                    .say(injected), .secure, .hear("EHLO client.example\r\n"), .say("250 mx\r\n"),
                    // Had the client believed the injected words, it would have sent everything at once.
                    .hear("MAIL FROM:<bounce@sender.example>\r\n"), .say("250 a\r\n"),
                    .hear("RCPT TO:<user1@example.com>\r\n"), .say("250 b\r\n"), .hear("DATA\r\n"), .say("354 c\r\n"),
                    .hear("\r\n.\r\n"), .say("250 d\r\n"),
                ]
            ], tls: try context(certificates))
        let destination = SMTPDestination(hosts: [
            SMTPHost(name: "127.0.0.1", port: server.port, security: .required(.none))
        ])
        let record = try await sendThroughPool(to: destination, [Client.message(1)], grace: .zero)
        #expect(record.results == [1: .reply(Client.reply(250, "d"), phase: .dot)])
        try await server.stop()
    }

    @Test(
        "optional TLS that fails is left out in the same attempt, and at this host for a while (T1)",
        arguments: [
            [.say("220 go\r\n"), .hangUp], [.say("220 go\r\n"), .hear("\u{16}"), .say("this is no TLS\r\n")],
            [.say("421 not today\r\n"), .hangUp], [.hangUp],
        ] as [[Step]])
    func opportunistic(_ failure: [Step]) async throws {
        let server = try await ScriptedServer.start([Self.startTLS + failure, Self.clear, Self.clear])
        let destination = SMTPDestination(hosts: [
            SMTPHost(name: "127.0.0.1", port: server.port, security: .opportunistic)
        ])
        let record = try await sendThroughPool(to: destination, [Client.message(1), Client.message(2)], grace: .zero) {
            $0.messagesPerConnection = 1
            $0.limits.quit = .milliseconds(1)
        }
        #expect(record.unavailable.isEmpty)
        #expect(record.results.count == 2)
        // The script of the second message's connection waits for MAIL: TLS was not tried again.
        #expect(record.results.values.allSatisfy { $0 == .reply(Client.reply(250, "d"), phase: .dot) })
        #expect(server.connections >= 3)
        try await server.stop()
    }

    @Test("optional TLS whose command is refused goes on in clear on the same connection")
    func refusedCommand() async throws {
        let server = try await ScriptedServer.start([
            Self.startTLS + [.say("454 not now\r\n")] + Self.clear.dropFirst(3)
        ])
        let destination = SMTPDestination(hosts: [
            SMTPHost(name: "127.0.0.1", port: server.port, security: .opportunistic)
        ])
        let record = try await sendThroughPool(to: destination, [Client.message(1)], grace: .zero)
        #expect(record.results == [1: .reply(Client.reply(250, "d"), phase: .dot)])
        #expect(server.connections == 1)
        try await server.stop()
    }

    @Test(
        "a server that hangs or leaves at any step before the first message is the connection's failure, with its phase",
        arguments: [
            ([], .connect, "timed out waiting for the greeting"),
            ([.say("220-mx\r\n")], .connect, "timed out waiting for the greeting"),
            ([.say("220 mx\r\n")], .ehlo, "timed out waiting for the answer to EHLO"),
            (
                [.say("220 mx\r\n"), .hear("EHLO"), .say("250-mx\r\n")], .ehlo,
                "timed out waiting for the answer to EHLO"
            ),
            (startTLS, .tls, "timed out waiting for the answer to STARTTLS"),
            (startTLS + [.say("220 go\r\n")], .tls, "timed out waiting for the TLS handshake"),
            (startTLS + [.say("220 go\r\n"), .hangUp], .tls, "connection"),
            (
                startTLS + [.say("220 go\r\n"), .hear("\u{16}"), .say("nonsense\r\n")], .tls,
                "the server does not speak TLS"
            ),
            (startTLS + [.say("220 go\r\n"), .secure], .ehlo, "timed out waiting for the answer to EHLO"),
            (
                startTLS + [.say("220 go\r\n"), .secure, .hear("EHLO"), .hangUp], .ehlo,
                "the server closed the connection"
            ),
            (
                startTLS + [.say("220 go\r\n"), .secure, .hear("EHLO"), .say("250-mx\r\n250 AUTH PLAIN\r\n")], .auth,
                "timed out waiting for the answer to AUTH"
            ),
            (
                startTLS + [
                    .say("220 go\r\n"), .secure, .hear("EHLO"), .say("250-mx\r\n250 AUTH PLAIN\r\n"), .hear("AUTH"),
                    .hangUp,
                ], .auth, "the server closed the connection"
            ),
        ] as [([Step], DeliveryPhase, String)])
    func hanging(_ script: [Step], _ phase: DeliveryPhase, _ words: String) async throws {
        let certificates = try await TestCertificates()
        let server = try await ScriptedServer.start([script + [.hear("never")]], tls: try context(certificates))
        let destination = SMTPDestination(hosts: [
            SMTPHost(
                name: "127.0.0.1", port: server.port, security: .required(.none),
                credentials: SMTPCredentials(user: "u", password: "p"))
        ])
        let record = try await sendThroughPool(
            to: destination, [Client.message(1)], grace: .zero,
            options: {
                // Who hangs is waited for; who leaves must be noticed, however busy the machine is.
                let limit = words.hasPrefix("timed out") ? TimeAmount.seconds(2) : .seconds(60)
                $0.limits.greeting = limit
                $0.limits.hello = limit
                $0.limits.handshake = limit
                $0.limits.login = limit
                $0.reconnect.first = .seconds(10)
                $0.reconnect.cap = .seconds(10)
            }, until: { !$0.unavailable.isEmpty })
        let failure = try #require(record.unavailable.first)
        #expect(failure.phase == phase && failure.reply == nil)
        #expect(failure.message.contains(words), "\(failure)")
        #expect(record.results.isEmpty)
        try await server.stop()
    }
}
