import Foundation
import Logging
import Testing

@testable import postrider

@Suite("What commands print")
struct CommandLineOutputTests {
    @Test("a table is aligned, numbers to the right, and has nothing at the ends of its lines")
    func table() {
        var table = Table("name", "count#", "")
        table.add("a", "1", "x")
        table.add("日本", "1,000", "")
        #expect(table.lines == ["NAME  COUNT", "a         1  x", "日本  1,000"])
    }

    @Test("numbers are grouped", arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func grouped(number: Int, text: String) {
        #expect(NumberText.grouped(number) == text)
    }

    @Test(
        "a share is never rounded to nothing or to all",
        arguments: [
            (0, 10, "0 %"), (10, 10, "100 %"), (1, 100_000, "0.1 %"), (99_999, 100_000, "99 %"), (5, 100, "5.0 %"),
            (61, 100, "61 %"), (1, 0, "-"),
        ])
    func share(part: Int, whole: Int, text: String) {
        #expect(NumberText.share(part, of: whole) == text)
    }

    @Test("bytes, rates and durations have their units")
    func units() {
        #expect(NumberText.bytes(512) == "512 B")
        #expect(NumberText.bytes(1_572_864) == "1.5 MiB")
        #expect(NumberText.rate(0.34) == "0.3/s")
        #expect(NumberText.rate(1204.4) == "1,204/s")
        #expect(NumberText.duration(.seconds(0)) == "0 s")
        #expect(NumberText.duration(.seconds(125)) == "2 min 5 s")
        #expect(NumberText.duration(.seconds(2 * 86400 + 3 * 3600 + 59)) == "2 d 3 h")
    }

    @Test(
        "a progress bar fills up, and shows the first step", arguments: [(0, 0), (1, 1), (50, 5), (99, 9), (100, 10)])
    func bar(done: Int, full: Int) {
        let bar = ProgressBar.text(done, of: 100, width: 10)
        #expect(bar.count == 10)
        #expect(bar.prefix { $0 == "█" }.count == full)
    }

    @Test("a rate looks back over its window only, and begins anew when the count falls")
    func rate() {
        var meter = RateMeter(window: .seconds(10))
        let start = ContinuousClock.now
        #expect(meter.rate == nil)
        for second in 0...30 { meter.note(second < 15 ? 0 : (second - 15) * 100, at: start + .seconds(second)) }
        #expect(meter.rate.map { abs($0 - 100) < 15 } == true)
        #expect(meter.timeLeft(for: 1000).map { $0 > .seconds(8) && $0 < .seconds(13) } == true)
        #expect(meter.timeLeft(for: 0) == .zero)
        meter.note(0, at: start + .seconds(31))
        #expect(meter.rate == nil)
    }

    @Test("a live display takes back as many lines as it has shown")
    func display() {
        var written: [String] = []
        var display = LiveDisplay(width: { 6 }) { written.append($0) }
        display.show(["a", "b"])
        display.show(["too long"])
        display.clear()
        display.clear()
        #expect(written == ["a\nb\n", "\u{1B}[2A\r\u{1B}[Jtoo l\n", "\u{1B}[1A\r\u{1B}[J"])
    }

    private struct Sample: Encodable {
        var zulu: String
        var alpha: Int?
        var beta: Double?
        var list: [Double]
        var nested: [String: String]
        var truth: Bool
    }

    @Test("JSON keeps the order of its keys, and says null where a value is missing")
    func json() throws {
        let sample = Sample(
            zulu: "a\"\\\n\u{1}é", alpha: nil, beta: nil, list: [0.5, 2], nested: ["b": "2", "a": "1"], truth: true)
        #expect(
            try JSONLine.encode(sample)
                == #"{"zulu":"a\"\\\n\u0001é","alpha":null,"beta":null,"list":[0.5,2.0],"nested":{"a":"1","b":"2"},"truth":true}"#
        )
    }

    @Test(
        "addresses to listen on are read with their port",
        arguments: [
            ("127.0.0.1:8025", "127.0.0.1", 8025, "http://127.0.0.1:8025"), ("[::1]:0", "::1", 0, "http://[::1]:0"),
            ("0.0.0.0:80", "0.0.0.0", 80, "http://127.0.0.1:80"), ("localhost:1", "localhost", 1, "http://localhost:1"),
        ])
    func listening(text: String, host: String, port: Int, url: String) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.url == url)
    }

    @Test(
        "addresses that cannot be listened on are refused",
        arguments: ["8025", ":8025", "host", "host:x", "::1:80", "h:70000"])
    func notListening(text: String) {
        #expect(throws: CommandError.self) { try ListenAddress(parsing: text) }
    }

    @Test(
        "what is wrong with an address names the option that it came by", arguments: ["--listen", "--public-listen"])
    func option(name: String) async throws {
        let written = #expect(throws: CommandError.self) { try ListenAddress(parsing: "8026", option: name) }
        #expect(written.map { "\($0)".contains(" \(name) ") } == true)
        // An address for documentation (RFC 5737), which no machine has.
        let address = try ListenAddress(parsing: "192.0.2.1:0", option: name).with(port: 0)
        let bound = await #expect(throws: CommandError.self) { try await address.probe() }
        #expect(bound.map { "\($0)".hasSuffix(" \(name)") } == true)
    }

    @Test(
        "two addresses with one port collide, unless the system chooses it",
        arguments: [
            ("127.0.0.1:8025", "127.0.0.1:8025", true), ("Localhost:8025", "localhost:8025", true),
            ("127.0.0.1:8025", "127.0.0.1:8026", false), ("127.0.0.1:8025", "127.0.0.2:8025", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
        ])
    func collision(one: String, other: String, collides: Bool) throws {
        let address = try ListenAddress(parsing: one)
        #expect(try address.collides(with: ListenAddress(parsing: other)) == collides)
    }

    @Test(
        "words are quoted for a shell only where they must be",
        arguments: [("a-b.c", "a-b.c"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''")])
    func quoting(word: String, quoted: String) {
        #expect(ShellWord.quoted(word) == quoted)
    }

    @Test("variables of the environment are named after their keys")
    func variables() {
        #expect(SettingKey.redisPassword.variable == "POSTRIDER_REDIS_PASSWORD")
        #expect(SettingKey.logLevel.variable == "POSTRIDER_LOG_LEVEL")
        #expect(SettingKey.data.variable == "POSTRIDER_DATA")
    }

    @Test("a log line has its values in order, quoted where they hold spaces")
    func logLine() {
        let line = ConsoleLogHandler.line(
            time: Date(timeIntervalSince1970: 0), level: .notice, label: "worker", message: "started",
            ["z": "1", "a": "two words"])
        #expect(line == #"1970-01-01T00:00:00.000Z NOTICE worker: started  a="two words"  z=1"#)
    }
}
