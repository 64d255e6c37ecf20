import ArgumentParser
import CampaignCoordinator
import Delivery
import Foundation
import TestSupport
import Testing

@testable import postrider

@Suite("When and how fast to send, as people write it")
struct CommandLineSendingTests {
    private func options(_ arguments: [String], former: MailingOptions = .standard) throws -> MailingOptions {
        try SendingArguments.parse(arguments).applied(to: former)
    }

    private func window(_ from: String, _ until: String, _ zone: String, _ days: Swift.Set<Weekday>? = nil) throws
        -> SendingWindow
    {
        try SendingWindow(
            from: #require(TimeOfDay(parsing: from)), until: #require(TimeOfDay(parsing: until)), timeZone: zone,
            weekdays: days)
    }

    @Test("options are read, and what is not named is as usual")
    func read() throws {
        #expect(try options([]) == .standard)
        #expect(try SendingArguments.parse([]).isEmpty)
        #expect(
            try options(["--in-doubt", "hold", "--weight", "5", "--quota", "300/1h"])
                == MailingOptions(inDoubt: .hold, weight: 5, quotaPerHour: 300))
        let berlin = ["--time-zone", "Europe/Berlin"]
        #expect(
            try options(["--window", "22:00-06:00"] + berlin).window == window("22:00", "06:00", "Europe/Berlin"))
        #expect(
            try options(["--weekdays", "mon-fri"] + berlin).window
                == window(
                    "00:00", "24:00", "Europe/Berlin", [.monday, .tuesday, .wednesday, .thursday, .friday]))
        #expect(
            try options(["--weekdays", "Sat-mon,wed"] + berlin).window?.weekdays
                == [.saturday, .sunday, .monday, .wednesday])
        #expect(try options(["--weekdays", "tue"] + berlin).window?.weekdays == [.tuesday])
    }

    @Test("a change keeps what is not named, and none takes away")
    func changed() throws {
        let former = try MailingOptions(
            inDoubt: .hold, weight: 2, quotaPerHour: 10, window: window("08:00", "20:00", "UTC", [.monday]))
        #expect(try options([], former: former) == former)
        #expect(
            try options(["--window", "09:00-10:00"], former: former).window
                == window("09:00", "10:00", "UTC", [.monday]))
        #expect(
            try options(["--time-zone", "Asia/Tokyo"], former: former).window
                == window("08:00", "20:00", "Asia/Tokyo", [.monday]))
        #expect(try options(["--weekdays", "all"], former: former).window == window("08:00", "20:00", "UTC"))
        #expect(
            try options(["--quota", "none", "--window", "none"], former: former)
                == MailingOptions(inDoubt: .hold, weight: 2))
    }

    @Test(
        "what is wrong is refused by the name of its option",
        arguments: [
            (["--in-doubt", "drop"], "--in-doubt"), (["--weight", "0"], "--weight"),
            (["--quota", "100"], "--quota"), (["--quota", "100/1m"], "--quota"), (["--quota", "0/1h"], "--quota"),
            (["--window", "08:00-20:00"], "--time-zone"), (["--window", "8-20", "--time-zone", "UTC"], "--window"),
            (["--window", "08:00-08:00", "--time-zone", "UTC"], "--window"),
            (["--window", "08:00-20:00", "--time-zone", "Mars"], "--time-zone"),
            (["--weekdays", "mo-fr", "--time-zone", "UTC"], "--weekdays"),
            (["--weekdays", "mon-wed-fri", "--time-zone", "UTC"], "--weekdays"),
            (["--window", "none", "--weekdays", "mon"], "--window none"),
        ])
    func refused(arguments: [String], option: String) {
        let error = #expect(throws: ValidationError.self) { try options(arguments) }
        #expect(error?.message.contains(option) == true, "\(error?.message ?? "")")
    }

    @Test("options are said in words only where they are not as usual")
    func words() throws {
        #expect(OptionsText.words(for: .standard) == nil)
        let options = try MailingOptions(
            inDoubt: .hold, weight: 2, quotaPerHour: 5000,
            window: window("08:00", "20:00", "Europe/Berlin", [.friday, .monday]))
        #expect(
            OptionsText.words(for: options)
                == "mon fri 08:00–20:00 Europe/Berlin, at most 5,000 an hour, with weight 2, what is in doubt is held")
    }

    @Test("the configuration file may limit sites")
    func paceFile() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file(
            "postrider.yaml",
            """
            data: /tmp/x
            pace:
              default: {connections: 20}
              sites:
                X.example: {rate: 100/1m, burst: 10}
                münchen.example:
                  connections: 5
            """)
        let settings = try Settings.load(file: file)
        #expect(
            settings.siteLimits == [
                "*": try SiteLimitSetting(connections: 20),
                "x.example": try SiteLimitSetting(rate: "100/1m", burst: 10),
                "xn--mnchen-3ya.example": try SiteLimitSetting(connections: 5),
            ])
        #expect(settings.string(.data) == "/tmp/x")
    }

    @Test(
        "a limit in the configuration file that cannot be is refused with its place",
        arguments: [
            ("pace: 5", "pace"), ("pace:\n  defaults: {connections: 1}", "line 2"), ("pace:\n  sites: 5", "pace.sites"),
            ("pace:\n  default: {rate: fast}", "pace.default"),
            ("pace:\n  default: {connections: many}", "pace.default.connections"),
            ("pace:\n  default: {rates: 1/1s}", "rates"), ("pace:\n  default: {rate: [1/1s]}", "pace.default.rate"),
            ("pace:\n  sites:\n    a b: {connections: 1}", "line 3"),
            ("pace:\n  sites:\n    x.example: {connections: 1}\n    X.example: {connections: 2}", "line 4"),
        ])
    func wrongPaceFile(yaml: String, word: String) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("postrider.yaml", yaml + "\n")
        let error = #expect(throws: CommandError.self) { try Settings.load(file: file) }
        #expect(error?.description.contains(file) == true)
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }

    @Test("a field of a CSV row is quoted only where it must be")
    func csv() {
        #expect(CSVLine.text(["a", "b c", "d,e", "f\"g", "h\ni", ""]) == "a,b c,\"d,e\",\"f\"\"g\",\"h\ni\",")
    }
}
