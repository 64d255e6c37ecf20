/// The text of a notice, cut where the message that it returns begins.
struct NoticeText: Sendable {
    /// What the server says to the sender.
    var lines: [Bytes]
    /// The header of the returned message, where it stands in the same text.
    var returnedHeader: MIMEHeader?

    /// Reads a text of UTF-8.
    init(_ text: Bytes, limits: ParseLimits) {
        lines = LineScanner.lines(of: text, atMost: limits.noticeLines)
        defer { removeFooter() }
        guard let cut = Self.returnedMessage(in: lines) else { return }
        let rest = lines[cut...].drop { line in MIMEHeader.nameEnd(of: line) == nil }
        if let start = rest.first?.startIndex {
            let header = MIMEHeader(reading: text[start...], limits: limits)
            returnedHeader = header.isEmpty ? nil : header
        }
        lines.removeSubrange(cut...)
    }

    /// Removes what a scanner or a company writes beneath all mail, below a rule: it says nothing of this one.
    private mutating func removeFooter() {
        guard let rule = lines.lastIndex(where: Self.isRule) else { return }
        var footer: [UInt8] = []
        for line in lines[rule...] { footer += [ASCII.space] + line }
        guard Self.footers.occurs(in: footer[...]), !NoticePhrases.failures.occurs(in: footer[...]),
            !QuotedReply(in: footer[...]).hasCodes,
            lines[..<rule].contains(where: \.hasLetters)
        else { return }
        lines.removeSubrange(rule...)
    }

    private static func isRule(_ line: Bytes) -> Bool {
        let line = line.trimmed
        guard let first = line.first, "_-=*".utf8.contains(first) else { return false }
        return line.prefix { $0 == first }.count >= 10
    }

    private static let footers: WordSet = [
        "been scanned", "was scanned", "scanned for", "scanned by", "searched for viruses", "checked for viruses",
        "antivirus system",
        "virus-free", "virus free", "is confidential", "are confidential", "intended only for", "disclaimer",
        "auf viren", "vertraulich",
        "confidentiel", "analizado con", "confidencial", "riservat", "vertrouwelijk",
    ]

    /// Whether a text is nothing but the header of a message.
    static func isHeader(_ text: Bytes) -> Bool {
        var scanner = LineScanner(text)
        var fields = 0
        while fields < 3, let line = scanner.next() {
            if line.trimmed.isEmpty { if fields == 0 { continue } else { return false } }
            if let first = line.first, ASCII.isBlank(first) { if fields == 0 { return false } else { continue } }
            guard isTraceField(line) || fields > 0 && MIMEHeader.nameEnd(of: line) != nil else { return false }
            fields += 1
        }
        return fields == 3
    }

    /// The line with which the returned message, or what announces it, begins.
    private static func returnedMessage(in lines: [Bytes]) -> Int? {
        for (index, line) in lines.enumerated() {
            guard let first = line.first else { continue }
            if announcesMessage(line) { return index }
            guard !ASCII.isBlank(first), isTraceField(line), index > 0 else { continue }
            let previous = lines[index - 1].trimmed
            let startsHere = previous.isEmpty || !previous.hasLetters
            let goesOn =
                index + 1 < lines.count
                && (MIMEHeader.nameEnd(of: lines[index + 1]) != nil
                    || lines[index + 1].first.map(ASCII.isBlank) ?? false)
            if startsHere, goesOn { return index }
        }
        return nil
    }

    /// Fields that only the transport writes.
    private static func isTraceField(_ line: Bytes) -> Bool {
        for name in [
            "received:", "return-path:", "x-received:", "dkim-signature:", "delivered-to:", "x-envelope-from:",
        ] as [StaticString]
        where line.hasPrefix(name) {
            return true
        }
        return false
    }

    /// Whether a line says that the message follows, and looks like it: with rules, or a colon, or nothing after it.
    private static func announcesMessage(_ line: Bytes) -> Bool {
        guard line.count < 120, announcements.occurs(in: line), !transcripts.occurs(in: line) else { return false }
        let words = line.trimmed
        for rule in ["--", "==", "**", "__", "|--", "- -"] as [StaticString] where words.hasPrefix(rule) { return true }
        if follows.occurs(in: words.suffix(8)) { return true }
        // "The following addresses did not receive a copy of your message:" announces addresses.
        return words.last == UInt8(ascii: ":") && !recipients.occurs(in: words)
    }

    private static let announcements: WordSet = [
        "original message", "original mail", "unsent message", "copy of the message", "copy of your message",
        "message header", "header of the", "headers of the", "returned message", "undelivered message",
        "message follows", "message text follows", "text of your message", "body of your message", "below this line",
        "headers follow", "header follows", "message body", "your original", "rejected message", "start of message",
        "message contents", "undeliverable message", "failed message", "here is a copy",
        "ursprüngliche nachricht", "originalnachricht", "message d'origine", "messaggio originale", "mensaje original",
        "mensagem original", "original-nachricht", "oorspronkelijk bericht", "oorspronkelijke bericht",
        "oryginalna wiadomość", "treść wiadomości", "исходное сообщение", "копия вашего", "копия сообщения",
        "原邮件", "原始邮件", "原信", "元のメール", "オリジナルメッセージ", "원본",
    ]
    /// What else may follow, and belongs to the notice.
    private static let transcripts: WordSet = ["transcript", "reason", "details"]
    private static let follows: WordSet = ["follow", "folgt", "ниже"]
    private static let recipients: WordSet = ["not", "recipient", "address", "to the following"]
}
