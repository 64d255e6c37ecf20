import NIOCore
import Testing

@testable import SMTP

@Suite("URLs of mail servers")
struct SMTPEndpointTests {
    @Test(
        "a host, with or without a port",
        arguments: [
            ("smtp://mail.example.com", "mail.example.com", 25),
            ("smtp://mail.example.com:2525", "mail.example.com", 2525),
            ("SMTP://127.0.0.1:25/", "127.0.0.1", 25), ("smtp://[::1]", "::1", 25),
            ("smtp://[2001:db8::2]:587", "2001:db8::2", 587),
        ])
    func good(_ url: String, _ host: String, _ port: Int) throws {
        let endpoint = try SMTPEndpoint(url: url)
        #expect(endpoint == SMTPEndpoint(host: host, port: port))
        #expect(try SMTPEndpoint(url: endpoint.description) == endpoint)
    }

    @Test(
        "anything else is refused with a sentence that names the fault",
        arguments: [
            ("mail.example.com", "no scheme"), ("smtps://mail.example.com", "TLS"),
            ("smtp+starttls://m.example", "TLS"),
            ("http://mail.example.com", "scheme http"), ("smtp://", "host"), ("smtp://:25", "host"),
            ("smtp://a b:25", "host"), ("smtp://m.example:0", "port"), ("smtp://m.example:70000", "port"),
            ("smtp://m.example:", "port"), ("smtp://m.example:+5", "port"), ("smtp://::1:25", "brackets"),
            ("smtp://[::1", "bracket"), ("smtp://[::1]25", "bracket"), ("smtp://user:pw@m.example", "user name"),
            ("smtp://m.example/path", "nothing may follow"),
        ])
    func bad(_ url: String, _ part: String) {
        let error = #expect(throws: SMTPEndpointError.self) { try SMTPEndpoint(url: url) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
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
