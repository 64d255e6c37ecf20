import Foundation
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import SMTP

@Suite("A server under abuse", .timeLimit(.minutes(1)))
struct SMTPServerAbuseTests {
    /// Listens on a port of this machine.
    private func listen(
        _ received: Received = Received(), _ change: (inout SMTPServerConfiguration) -> Void = { _ in }
    ) async throws -> (server: SMTPServer, client: RawClient) {
        var configuration = SMTPServerConfiguration(hostName: "mx.example")
        change(&configuration)
        let server = try await SMTPServer.listen(
            host: "127.0.0.1", port: 0, configuration: configuration, group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test")
        ) { _, _ in WillingSession(received) }
        let client = try await RawClient.connect(port: #require(server.localAddress?.port))
        try await client.wait(for: "220 ")
        return (server, client)
    }

    @Test("letters one by one do not keep a connection: a command must come in its time")
    func slowLetters() async throws {
        let (server, client) = try await listen { $0.idleTimeout = .milliseconds(300) }
        let start = ContinuousClock.now
        // Far less time passes between two of them.
        while !client.isClosed, ContinuousClock.now - start < .seconds(5) {
            client.send("E")
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(client.text.contains("421 4.4.2 Timed out"))
        #expect(ContinuousClock.now - start < .seconds(2))
        try await server.stop(grace: .zero)
    }

    @Test("a client that sends nonsense is answered so often, and then hears 421")
    func nonsense() async throws {
        let (server, client) = try await listen { $0.maximumErrors = 10 }
        client.send(String(repeating: "GET / HTTP/1.1\r\n", count: 5000))
        try await client.waitForEnd()
        #expect(client.text.components(separatedBy: "500 5.5.2").count == 11)
        #expect(client.text.hasSuffix("421 4.7.0 Too many errors, closing the connection\r\n"))
        try await server.stop(grace: .zero)
    }

    @Test("errors between messages that are accepted do not add up")
    func forgiven() async throws {
        let (server, client) = try await listen { $0.maximumErrors = 3 }
        client.send("EHLO c\r\n")
        for _ in 0..<4 {
            client.send("WHAT\r\nWHAT\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nHello\r\n.\r\n")
        }
        client.send("QUIT\r\n")
        try await client.waitForEnd()
        #expect(client.text.components(separatedBy: "message accepted").count == 5 && client.text.contains("221 "))
        try await server.stop(grace: .zero)
    }

    @Test("a client that asks and asks and never reads the answers is not read either")
    func deaf() async throws {
        let (server, client) = try await listen()
        try await client.setReading(false)
        let megabyte = String(repeating: "NOOP\r\n", count: (1 << 20) / 6)
        for _ in 0..<16 { client.send(megabyte) }
        // What goes through are the buffers of the system; more than that must wait.
        try await Task.sleep(for: .milliseconds(700))
        let taken = client.taken
        #expect(taken < 14, "\(taken) of 16 MiB were taken")
        try await client.setReading(true)
        // When it reads, all that it has asked is answered.
        try await client.wait(forBytes: 16 * ((1 << 20) / 6) * "250 2.0.0 Ok\r\n".utf8.count)
        try await server.stop(grace: .zero)
    }

    @Test("command lines of 64 KiB are answered once each, and nothing of them is taken for a command")
    func longLines() async throws {
        let (server, client) = try await listen()
        let line = String(repeating: "MAIL FROM:<a@b.example> ", count: (64 << 10) / 24) + "\r\n"
        client.send(
            line + line + "EHLO c\r\nMAIL FROM:<\(String(repeating: "x", count: 65_536))@y.example>\r\nQUIT\r\n")
        try await client.waitForEnd()
        let codes = client.text.split(separator: "\r\n").map { $0.prefix(4) }.filter { $0.hasSuffix(" ") }
        #expect(codes == ["220 ", "500 ", "500 ", "250 ", "500 ", "221 "])
        try await server.stop(grace: .zero)
    }

    @Test(
        "content without end is cut off when it is twice as large as may be",
        arguments: ["DATA", "BDAT 999999999 LAST"])
    func endless(command: String) async throws {
        let received = Received()
        let (server, client) = try await listen(received) { $0.maximumMessageSize = 1 << 20 }
        client.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n\(command)\r\n")
        try await client.wait(for: command == "DATA" ? "354 " : "250 2.1.5")
        let line = String(repeating: "x", count: 998) + "\r\n"
        var sent = 0
        while !client.isClosed, sent < 256 << 20 {
            client.send(String(repeating: line, count: 100))
            sent += 100_000
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(client.isClosed && client.text.contains("552 5.3.4"))
        #expect(received.recipients.isEmpty)
        try await server.stop(grace: .zero)
    }

    @Test(
        "no end of a message but CRLF.CRLF lets a second one in (SMTP smuggling)",
        arguments: [
            "\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\n\n.\r\n", "\r\n\0.\r\n", "\r\n.\0\r\n",
        ])
    func smuggling(end: String) async throws {
        let received = Received()
        let (server, client) = try await listen(received)
        let inner = "MAIL FROM:<evil@b.example>\r\nRCPT TO:<victim@b.example>\r\nDATA\r\nSubject: smuggled\r\n"
        client.send(
            "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nSubject: outer\r\n\r\nx\(end)\(inner)\r\n.\r\nQUIT\r\n"
        )
        try await client.waitForEnd()
        #expect(received.recipients == [["a@b.example"]])
        #expect(client.text.components(separatedBy: "message accepted").count == 2)
        try await server.stop(grace: .zero)
    }

    @Test(
        "recipients beyond the limit are told to be sent to later; LMTP answers for each that was taken, and for no other"
    )
    func recipients() async throws {
        for isLMTP in [false, true] {
            let received = Received()
            let (server, client) = try await listen(received) {
                $0.maximumRecipients = 100
                $0.isLMTP = isLMTP
            }
            let recipients = (0..<20_000).map { "RCPT TO:<a\($0)@b.example>\r\n" }.joined()
            client.send("\(isLMTP ? "LHLO" : "EHLO") c\r\nMAIL FROM:<>\r\n\(recipients)DATA\r\nx\r\n.\r\nQUIT\r\n")
            try await client.waitForEnd()
            #expect(client.text.components(separatedBy: "250 2.1.5").count == 101)
            #expect(client.text.components(separatedBy: "452 4.5.3").count == 19_901)
            #expect(client.text.components(separatedBy: "message accepted").count == (isLMTP ? 101 : 2))
            #expect(received.recipients.map(\.count) == [100])
            try await server.stop(grace: .zero)
        }
    }

    @Test(
        "commands that come in clear with STARTTLS are not obeyed under TLS, where the client begins anew (CVE-2011-0411)"
    )
    func injection() async throws {
        let certificates = try await TestCertificates()
        let (server, client) = try await listen { $0.tls = certificates.serverTLS() }
        client.send("EHLO c\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<a@b.example>\r\n")
        try await client.wait(for: "220 2.0.0 Ready")
        try await client.secure(trusting: certificates.path("ca"))
        client.send("MAIL FROM:<>\r\nQUIT\r\n")
        try await client.waitForEnd()
        let after = client.text.components(separatedBy: "Ready to start TLS\r\n").last ?? ""
        #expect(after == "503 5.5.1 Say EHLO first\r\n221 2.0.0 Bye\r\n", "\(after)")
        try await server.stop(grace: .zero)
    }

    @Test("one client's connections are counted, by IPv6 network and apart from this machine's own")
    func clients() throws {
        func client(_ address: String) throws -> String? {
            SMTPServer.client(at: try SocketAddress(ipAddress: address, port: 25))
        }
        #expect(try client("127.0.0.1") == nil && client("::1") == nil && client("::ffff:127.0.0.1") == nil)
        #expect(try client("192.0.2.1") == "192.0.2.1" && client("::ffff:192.0.2.1") == "192.0.2.1")
        #expect(try client("2001:db8:1:2::1") == client("2001:db8:1:2:ffff::9"))
        #expect(try client("2001:db8:1:2::1") != client("2001:db8:1:3::1"))

        let connections = SMTPServerConnections(limit: 4, clientLimit: 2)
        let channels = (0..<6).map { _ in EmbeddedChannel() }
        #expect(connections.add(channels[0], from: "a") == .admitted)
        #expect(connections.add(channels[1], from: "a") == .admitted)
        #expect(connections.add(channels[2], from: "a") == .clientIsFull)
        #expect(connections.add(channels[3]) == .admitted)
        #expect(connections.add(channels[4], from: "b") == .admitted)
        #expect(connections.add(channels[5], from: "b") == .full)
    }
}

/// For whom messages came.
private final class Received: Sendable {
    private let lists = Mutex<[[String]]>([])
    var recipients: [[String]] { lists.withLock { $0 } }
    func add(_ recipients: [String]) { lists.withLock { $0.append(recipients) } }
}

/// A session that takes everything.
private final class WillingSession: SMTPServerSession {
    let contentInterest = SMTPContentInterest.prefix(1000)
    private let received: Received

    init(_ received: Received) { self.received = received }

    func sender(_ address: String) -> SMTPServerDecision { .accept }
    func recipient(_ address: String, from sender: String) -> SMTPServerDecision { .accept }
    func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
        received.add(message.recipients)
        return .accept
    }
}
