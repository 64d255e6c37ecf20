import NIOCore
import Testing

@testable import SMTP

@Suite("URLs of mail servers")
struct SMTPEndpointTests {
    @Test(
        "a host, with or without a port, by each protocol",
        arguments: [
            ("smtp://mail.example.com", SMTPEndpoint(host: "mail.example.com", port: 25)),
            ("smtp://mail.example.com:2525", SMTPEndpoint(host: "mail.example.com", port: 2525)),
            ("SMTP://127.0.0.1:25/", SMTPEndpoint(host: "127.0.0.1")), ("smtp://[::1]", SMTPEndpoint(host: "::1")),
            ("smtp://[2001:db8::2]:587", SMTPEndpoint(host: "2001:db8::2", port: 587)),
            ("smtps://m.example", SMTPEndpoint(scheme: .smtps, host: "m.example", port: 465)),
            ("smtp+starttls://m.example", SMTPEndpoint(scheme: .starttls, host: "m.example", port: 587)),
            ("lmtp://m.example", SMTPEndpoint(scheme: .lmtp, host: "m.example", port: 24)),
            ("lmtp:///run/lmtp.sock", SMTPEndpoint(scheme: .lmtp, host: "/run/lmtp.sock")),
            (
                "smtp+starttls://news@m.example:25",
                SMTPEndpoint(scheme: .starttls, host: "m.example", port: 25, user: "news")
            ),
            ("smtps://a@b.example@[::1]", SMTPEndpoint(scheme: .smtps, host: "::1", user: "a@b.example")),
            ("smtps://a%40b%2f%C3%BC@m.example", SMTPEndpoint(scheme: .smtps, host: "m.example", user: "a@b/ü")),
            (
                "smtps://u;auth=xoauth2@m.example",
                SMTPEndpoint(scheme: .smtps, host: "m.example", user: "u", usesToken: true)
            ),
        ])
    func good(_ url: String, _ expected: SMTPEndpoint) throws {
        let endpoint = try SMTPEndpoint(url: url)
        #expect(endpoint == expected)
        #expect(try SMTPEndpoint(url: endpoint.url) == endpoint)
        #expect(endpoint.user.map { !endpoint.description.contains($0) } ?? true, "logs do not name the user")
    }

    @Test(
        "anything else is refused with a sentence that names the fault",
        arguments: [
            ("mail.example.com", "no scheme"), ("http://mail.example.com", "scheme http"), ("smtp://", "host"),
            ("smtp://:25", "host"), ("smtp://a b:25", "host"), ("smtp://m.example:0", "port"),
            ("smtp://m.example:70000", "port"), ("smtp://m.example:", "port"), ("smtp://m.example:+5", "port"),
            ("smtp://::1:25", "brackets"), ("smtp://[::1", "bracket"), ("smtp://[::1]25", "bracket"),
            ("smtp://user:pw@m.example", "password"), ("smtp://@m.example", "user"), ("smtp://%4@m.example", "user"),
            ("smtp://u;AUTH=CRAM-MD5@m.example", "XOAUTH2"), ("smtp://m.example/path", "nothing may follow"),
        ])
    func bad(_ url: String, _ part: String) {
        let error = #expect(throws: SMTPEndpointError.self) { try SMTPEndpoint(url: url) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("pw") == false, "a password is not repeated")
    }

    @Test("what a URL asks of TLS and of the login")
    func destination() throws {
        func host(_ url: String, secret: String? = nil, verifies: Bool = true) throws -> SMTPHost {
            try #require(
                SMTPEndpoint(url: url).destination(secret: secret, trust: .file("/ca"), verifies: verifies).hosts.first)
        }
        #expect(try host("smtp://m.example").security == .opportunistic)
        #expect(try host("smtps://m.example").security == .implicit(.names(["m.example"], trust: .file("/ca"))))
        #expect(try host("smtp+starttls://m.example", verifies: false).security == .required(.none))
        #expect(try host("lmtp://m.example").transport == .lmtp)
        let socket = try host("lmtp:///run/lmtp")
        #expect(try socket.addresses == [SocketAddress(unixDomainSocketPath: "/run/lmtp")] && socket.security == .none)
        let credentials = try host("smtps://u@m.example", secret: "geheim").credentials
        #expect(credentials == SMTPCredentials(user: "u", password: "geheim"))
        let shown = "\(String(describing: credentials)) \(String(reflecting: credentials))"
        #expect(!shown.contains("geheim"))
        #expect(
            try host("smtps://u;AUTH=XOAUTH2@m.example", secret: "t").credentials == .init(user: "u", accessToken: "t"))
    }
}

@Suite("The pause between trials to connect")
struct SMTPReconnectDelayTests {
    @Test("doubles with each failure up to the cap, and is spread by jitter")
    func growth() {
        var delay = SMTPReconnectDelay()
        delay.first = .seconds(1)
        delay.cap = .seconds(10)
        delay.jitter = 0.5
        #expect(
            (1...6).map { delay.delay(afterFailures: $0, random: 0.5) } == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(delay.delay(afterFailures: 1, random: 0) == .milliseconds(500))
        #expect(delay.delay(afterFailures: 2, random: 0.75) == .milliseconds(2500))
        #expect(delay.delay(afterFailures: 1_000_000, random: 0.5) == .seconds(10))
    }
}
