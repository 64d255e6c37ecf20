extension SendingWindow: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case from, until, timeZone, weekdays
    }

    /// Reads `{"from":"08:00","until":"20:00","timeZone":"Europe/Berlin","weekdays":["mon","fri"]}`; only `weekdays` may be
    /// missing, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        let known = Key.allCases.map(\.rawValue)
        if let key = try decoder.firstKey(unknownTo: known) {
            throw MailingOptionsError(
                key: "window.\(key)", message: "this key is unknown; there are \(known.joined(separator: ", "))")
        }
        let container = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) throws -> String {
            guard let text = try container.decodeIfPresent(String.self, forKey: key) else {
                throw MailingOptionsError(key: "window.\(key.rawValue)", message: "it is missing")
            }
            return text
        }
        func time(_ key: Key) throws -> TimeOfDay {
            let text = try text(key)
            guard let time = TimeOfDay(parsing: text) else {
                throw MailingOptionsError(
                    key: "window.\(key.rawValue)", message: "“\(text)” is not a time of the day, such as 08:00")
            }
            return time
        }
        let weekdays = try container.decodeIfPresent([String].self, forKey: .weekdays)?.map { name in
            guard let day = Weekday(rawValue: name) else {
                let names = Weekday.allCases.map(\.rawValue).joined(separator: ", ")
                throw MailingOptionsError(key: "window.weekdays", message: "“\(name)” is none of \(names)")
            }
            return day
        }
        try self.init(
            from: time(.from), until: time(.until), timeZone: text(.timeZone), weekdays: weekdays.map { Set($0) })
    }

    /// Writes the times as texts and the days in the order of the week.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(from.description, forKey: .from)
        try container.encode(until.description, forKey: .until)
        try container.encode(timeZone, forKey: .timeZone)
        try container.encodeIfPresent(weekdays?.sorted().map(\.rawValue), forKey: .weekdays)
    }
}
