internal import Delivery

/// A server's reply that a notice quotes among its own words.
struct QuotedReply: Sendable {
    /// 0 when no reply code is quoted.
    var code: UInt16 = 0
    var status: EnhancedStatusCode?
    /// To which command it was given, where the notice shows that.
    var phase: DeliveryPhase?
    /// Where the reply code stands.
    var start: Int?

    /// Whether there is any code.
    var hasCodes: Bool { code != 0 || status != nil }

    /// Looks for the codes in a text: the first reply code of class 4 or 5, and the enhanced status code behind it or, without one,
    /// anywhere.
    init(in text: Bytes) {
        var index = text.startIndex
        while index + 3 <= text.endIndex {
            if let match = Self.replyCode(in: text, at: index) {
                code = match.code
                start = index
                status = match.status
                phase = Self.phase(in: text, before: index)
                break
            }
            index += 1
        }
        if status == nil { status = Self.firstStatus(in: text) }
        if phase == nil { phase = Self.phase(in: text, before: text.endIndex) }
    }

    /// A reply code at an index, with the enhanced status code behind it.
    private static func replyCode(in text: Bytes, at index: Int) -> (code: UInt16, status: EnhancedStatusCode?)? {
        let first = text[index]
        guard first == UInt8(ascii: "4") || first == UInt8(ascii: "5"), text[index + 1] &- 0x30 < 8,
            ASCII.isDigit(text[index + 2])
        else { return nil }
        if index > text.startIndex {
            let before = text[index - 1]
            guard ASCII.isWhiteSpace(before) || ":([<\"'=,;>#".utf8.contains(before) else { return nil }
        }
        let end = index + 3
        let code = text[index..<end].reduce(UInt16(0)) { $0 * 10 + UInt16($1 - 0x30) }
        guard end < text.endIndex else { return nil }
        let next = text[end]
        guard ASCII.isWhiteSpace(next) || "-:,])>/".utf8.contains(next) else { return nil }
        var rest = text[end...].drop { ASCII.isWhiteSpace($0) || "-:,#(])>".utf8.contains($0) }
        // `450 450 4.2.2`: said twice.
        if rest.starts(with: text[index..<end]) {
            rest = rest.dropFirst(3).drop { ASCII.isWhiteSpace($0) || "-:#(".utf8.contains($0) }
        }
        if rest.hasPrefix("error_code") { rest = rest.dropFirst(10).drop { ASCII.isWhiteSpace($0) || $0 == 0x3A } }
        if let status = statusCode(in: rest, at: rest.startIndex) { return (code, status) }
        let word = rest.prefix { ASCII.isLetter($0) }
        guard rest.first.map({ !ASCII.isDigit($0) || next == UInt8(ascii: "-") }) ?? true else { return nil }
        return units.contains { word.isText($0) } && isWithinSentence(text, before: index) ? nil : (code, nil)
    }

    /// Whether a word stands before an index: a number there may be an amount, and is a reply elsewhere (`554 Message rejected`).
    private static func isWithinSentence(_ text: Bytes, before index: Int) -> Bool {
        var before = text[..<index]
        while let last = before.last, ASCII.isWhiteSpace(last) { before.removeLast() }
        return before.last.map { ASCII.isWordByte($0) || $0 == UInt8(ascii: ",") } ?? false
    }

    /// What makes a number before it an amount.
    private static let units: [StaticString] = [
        "bytes", "byte", "kb", "mb", "gb", "k", "seconds", "second", "sec", "secs", "minutes", "minute", "min", "hours",
        "hour", "days", "day", "messages", "message", "attempts", "recipients", "times", "emails", "mails",
    ]

    /// The first enhanced status code that is not a part of something longer, such as an IP address.
    static func firstStatus(in text: Bytes) -> EnhancedStatusCode? {
        var index = text.startIndex
        while index + 5 <= text.endIndex {
            defer { index += 1 }
            guard text[index + 1] == UInt8(ascii: ".") else { continue }
            if index > text.startIndex {
                let before = text[index - 1]
                if ASCII.isWordByte(before) || before == UInt8(ascii: ".") || before == UInt8(ascii: "-") { continue }
            }
            if let status = statusCode(in: text, at: index) { return status }
        }
        return nil
    }

    /// An enhanced status code of class 4 or 5 that begins at an index.
    private static func statusCode(in text: Bytes, at start: Int) -> EnhancedStatusCode? {
        guard start < text.endIndex, text[start] == UInt8(ascii: "4") || text[start] == UInt8(ascii: "5") else {
            return nil
        }
        var end = start
        while end < text.endIndex, end - start < 10, ASCII.isDigit(text[end]) || text[end] == UInt8(ascii: ".") {
            end += 1
        }
        // The full stop of a sentence.
        if end > start, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        if end < text.endIndex, ASCII.isLetter(text[end]) || text[end] == UInt8(ascii: "@") { return nil }
        return EnhancedStatusCode(text[start..<end].text)
    }

    /// The command that the notice shows before the reply, in the ways of those who write transcripts.
    private static func phase(in text: Bytes, before end: Int) -> DeliveryPhase? {
        var found: (phase: DeliveryPhase, position: Int)?
        for command in commands {
            var from = text.startIndex
            while let range = text[..<end].firstRange(ofText: command.words, from: from) {
                if range.lowerBound >= found?.position ?? text.startIndex { found = (command.phase, range.lowerBound) }
                from = range.upperBound
            }
        }
        return found?.phase
    }

    private static let commands: [(words: StaticString, phase: DeliveryPhase)] = [
        (">>> mail from", .mail), (">>> rcpt to", .rcpt), (">>> data", .data), (">>> .", .dot), (">>> ehlo", .ehlo),
        (">>> helo", .ehlo), ("my name was rejected", .ehlo), ("our rcpt to", .rcpt), ("our mail from", .mail),
        ("our data", .data),
    ]
}
