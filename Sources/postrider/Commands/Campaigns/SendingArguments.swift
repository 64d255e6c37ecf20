internal import ArgumentParser
internal import Delivery

/// When, how fast and how safely a campaign is sent, and what becomes of messages in doubt: the options of `create` and `set`.
struct SendingArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What becomes of a message that may or may not have gone: resend (as usual) or hold.", valueName: "policy"))
    var inDoubt: String?

    @Option(help: ArgumentHelp("Its share of the workers beside other campaigns', 1 to 1000 (1).", valueName: "number"))
    var weight: Int?

    @Option(help: ArgumentHelp("The most messages in an hour, such as 5000/1h; or none.", valueName: "number/1h"))
    var quota: String?

    @Option(
        help: ArgumentHelp(
            "The hours in which it is sent, such as 08:00-20:00 (may pass midnight); or none.", valueName: "from-until")
    )
    var window: String?

    @Option(help: ArgumentHelp("The time zone of these hours, such as Europe/Berlin.", valueName: "zone"))
    var timeZone: String?

    @Option(
        help: ArgumentHelp(
            "The days on which these hours begin, such as mon-fri or mon,wed; or all.", valueName: "days"))
    var weekdays: String?

    @Flag(
        name: .customLong("require-tls"), inversion: .prefixedNo,
        help: ArgumentHelp(
            "Send only to servers that have proved who they are under TLS and promise the same of the next (REQUIRETLS)."
        ))
    var requiresTLS: Bool?

    /// Whether none of them is given.
    var isEmpty: Bool {
        requiresTLS == nil && inDoubt == nil && weight == nil && quota == nil && window == nil && timeZone == nil
            && weekdays == nil
    }

    /// The options with what is given changed.
    /// - Throws: `ValidationError` that names the option that is wrong.
    func applied(to former: MailingOptions) throws -> MailingOptions {
        do {
            return try MailingOptions(
                inDoubt: try policy() ?? former.inDoubt, weight: weight ?? former.weight,
                quotaPerHour: try quota(former.quotaPerHour), window: try window(former.window),
                requiresTLS: requiresTLS ?? former.requiresTLS)
        } catch let error as MailingOptionsError {
            throw ValidationError("\(Self.option(error.key)): \(error.message)")
        }
    }

    private func policy() throws -> InDoubtPolicy? {
        try inDoubt.map { text in
            guard let policy = InDoubtPolicy(rawValue: text) else {
                throw ValidationError("--in-doubt: \"\(text)\" is neither resend nor hold")
            }
            return policy
        }
    }

    private func quota(_ former: Int?) throws -> Int? {
        guard let quota else { return former }
        if quota == "none" { return nil }
        guard quota.hasSuffix("/1h"), let number = Int(quota.dropLast(3)) else {
            throw ValidationError(
                "--quota: \"\(quota)\" is not a number of messages in an hour; write 5000/1h, or none")
        }
        return number
    }

    private func window(_ former: SendingWindow?) throws -> SendingWindow? {
        if window == "none" {
            guard timeZone == nil, weekdays == nil else {
                throw ValidationError("--window none takes away the days and the time zone, too")
            }
            return nil
        }
        guard window != nil || timeZone != nil || weekdays != nil else { return former }
        let hours = try window.map(HoursOfDay.init(parsing:)) ?? former.map(HoursOfDay.init) ?? .all
        guard let zone = timeZone ?? former?.timeZone else {
            throw ValidationError("say in which time zone the hours are: --time-zone Europe/Berlin, or UTC")
        }
        let days = try weekdays.map(WeekdayList.read) ?? former?.weekdays
        return try SendingWindow(from: hours.from, until: hours.until, timeZone: zone, weekdays: days)
    }

    /// The option that sets what a key of ``MailingOptions`` says.
    private static func option(_ key: String) -> String {
        switch key {
        case "weight": "--weight"
        case "quotaPerHour": "--quota"
        case "window.timeZone": "--time-zone"
        case "window.weekdays": "--weekdays"
        default: "--window"
        }
    }
}

/// Two times of the day, `08:00-20:00`.
private struct HoursOfDay {
    var from: TimeOfDay
    var until: TimeOfDay

    /// The whole day.
    static var all: Self { get throws { try HoursOfDay(parsing: "00:00-24:00") } }

    init(_ window: SendingWindow) {
        from = window.from
        until = window.until
    }

    init(parsing text: String) throws {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = TimeOfDay(parsing: String(parts[0])),
            let until = TimeOfDay(parsing: String(parts[1]))
        else {
            throw ValidationError("--window: \"\(text)\" is not a time of the day; write it as 08:00-20:00, or none")
        }
        self.from = from
        self.until = until
    }
}

/// Days of the week, `mon-fri` or `mon,wed,sat`.
private enum WeekdayList {
    /// The days; `nil` for `all`.
    static func read(_ text: String) throws -> Set<Weekday>? {
        if text == "all" { return nil }
        var days: Set<Weekday> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = try part.split(separator: "-", omittingEmptySubsequences: false).map { try day($0, in: text) }
            guard let first = ends.first, let last = ends.last, ends.count <= 2 else { throw problem(text) }
            let week = Weekday.allCases
            // A range may go past the end of the week: sat-mon.
            let turned = week.drop { $0 != first } + week.prefix { $0 != first }
            days.formUnion(turned.prefix { $0 != last })
            days.insert(last)
        }
        return days
    }

    private static func day(_ name: Substring, in text: String) throws -> Weekday {
        guard let day = Weekday(rawValue: name.lowercased()) else { throw problem(text) }
        return day
    }

    private static func problem(_ text: String) -> ValidationError {
        ValidationError(
            "--weekdays: \"\(text)\" is not a list of days; write mon-fri, or mon,wed,sat, or all")
    }
}
