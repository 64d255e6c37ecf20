/// Finds the delay that a server names: "try again in 300 seconds", "come back in 00:05:00", "greylisted for 5 min".
enum NamedDelay {
    /// The longest delay believed; beyond it the server is not serious.
    private static let longest = Duration.seconds(7 * 24 * 3600)

    /// The first delay that follows a word such as "again", "wait" or "greylisted", or `nil`.
    ///
    /// A number without such a word before it ("100 messages in 60 minutes", "timed out after 300 seconds") is no delay.
    static func find(in text: FoldedText) -> Duration? {
        let words = text.bytes.split { $0 == 0x20 }.map { word in
            String(decoding: word.last == UInt8(ascii: ".") ? word.dropLast() : word, as: UTF8.self)
        }
        var intent: Int?
        for (index, word) in words.enumerated() {
            if intents.contains(where: { word.hasPrefix($0) }) { intent = index }
            guard let start = intent, index > start, index - start <= 8 else { continue }
            if let delay = delay(words, at: index), delay > .zero, delay <= longest { return delay }
        }
        return nil
    }

    /// Beginnings of words that ask for patience, in the languages of the large providers.
    private static let intents = [
        "again", "retry", "retries", "back", "later", "wait", "greylist", "graylist", "greylisting", "defer", "delay",
        "resend", "erneut", "spater", "riprova", "reessay", "ressay", "nouveau", "reintent", "intente",
    ]

    /// A number with its unit (`300 seconds`, `5min`, `300s`) or a clock time (`00 05 00`, its colons folded to spaces).
    private static func delay(_ words: [String], at index: Int) -> Duration? {
        let word = words[index]
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.utf8.count <= 7, let number = Int64(digits) else { return nil }
        let attached = word.dropFirst(digits.count)
        if !attached.isEmpty { return unit(String(attached)).map { .seconds(number * $0) } }
        guard index + 1 < words.count else { return nil }
        if let unit = unit(words[index + 1]) { return .seconds(number * unit) }
        if digits.count == 2, index + 2 < words.count, words[index + 1].count == 2, words[index + 2].count == 2,
            let minutes = Int64(words[index + 1]), let seconds = Int64(words[index + 2]), minutes < 60, seconds < 60
        {
            return .seconds(number * 3600 + minutes * 60 + seconds)
        }
        return nil
    }

    /// Seconds in a unit by its name.
    private static func unit(_ name: String) -> Int64? {
        switch name {
        case "s", "sec", "secs", "second", "seconds", "sekunde", "sekunden", "secondi", "secondes", "seconde",
            "segundos":
            1
        case "m", "min", "mins", "minute", "minutes", "minuten", "minuti", "minuto", "minutos": 60
        case "h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "ore", "ora", "heure", "heures", "hora", "horas":
            3600
        default: nil
        }
    }
}
