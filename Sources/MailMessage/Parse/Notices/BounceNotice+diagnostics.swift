/// What a notice says of each recipient.
extension BounceNotice {
    /// What the notice says of one recipient, on one line; `nil` where it says nothing of it in particular.
    ///
    /// - Parameter entries: the lines that name it.
    func diagnostic(of entries: [Entry], isAlone: Bool) -> Bytes? {
        let best = entries.map(\.form.rawValue).min()
        // Behind the To field of a message that is described stands more of that message.
        if isAlone, best == Form.inQuotedHeader.rawValue { return paragraphWithReply() }
        if !isAlone, let reply = replyAlone(to: entries) { return reply }
        var words: [UInt8] = []
        var lastLine = -1
        for entry in entries where entry.form.rawValue == best && entry.line > lastLine {
            if let reply = entry.reply { append(reply, to: &words) }
            lastLine = appendWords(from: entry, to: &words)
            if words.count > Self.longest { break }
        }
        // A notice about one recipient may give its reason anywhere.
        if isAlone, !QuotedReply(in: words[...]).hasCodes {
            if let paragraph = paragraphWithReply() { return paragraph }
            if words.count < 12 { return nil }
        }
        return words[...].hasLetters ? words[...] : nil
    }

    private static let longest = 2_000

    /// The words with a reply that stand with one of several recipients, and with no other: right behind its address, or else in a transcript.
    private func replyAlone(to entries: [Entry]) -> Bytes? {
        for form in [Form.beginsLine, .inTranscript, .follows] {
            for entry in entries where entry.form == form {
                var words = Array(entry.reply ?? [])
                append(lines[entry.line][entry.wordsStart...], to: &words)
                if form != .inTranscript { appendParagraph(behind: entry, to: &words) }
                if QuotedReply(in: words[...]).code != 0 { return words[...].drop { ">:;,)]\"'. ".utf8.contains($0) } }
            }
        }
        return nil
    }

    /// Appends the lines behind an entry, up to one that is empty or names another recipient.
    private func appendParagraph(behind entry: Entry, to words: inout [UInt8]) {
        for index in (entry.line + 1)..<max(entry.line + 1, lines.count) {
            let line = lines[index]
            let namesAnother = starts[index]?.contains { $0 != entry.key } ?? false
            if line.trimmed.isEmpty || namesAnother || words.count > Self.longest { return }
            append(line, to: &words)
        }
    }

    /// Appends the paragraph behind an entry, or a later one if it says nothing; answers the last line that was used.
    private func appendWords(from entry: Entry, to words: inout [UInt8]) -> Int {
        var index = entry.line
        var line = lines[index][entry.wordsStart...].drop { ">:;,)]\"'. ".utf8.contains($0) }
        var own: [UInt8] = []
        while true {
            append(line, to: &own)
            index += 1
            // A transcript says all on one line.
            if entry.form == .inTranscript { break }
            guard index < lines.count, own.count < Self.longest else { break }
            let namesAnother = starts[index]?.contains { $0 != entry.key } ?? false
            if namesAnother, !lines[index].isIndented(beyond: lines[entry.line]) { break }
            line = lines[index]
            // The second is the colon of Chinese and Japanese.
            let announcesMore = own.last == UInt8(ascii: ":") || own.suffix(3).elementsEqual("：".utf8)
            if line.trimmed.isEmpty, own[...].hasLetters, !announcesMore { break }
        }
        append(own[...], to: &words)
        return index - 1
    }

    /// A reply of several lines whose first one is known, as a transcript in the notice shows it.
    func wholeReply(beginning first: Bytes) -> Bytes? {
        let code = first.prefix(3)
        var words: [UInt8] = []
        for line in lines {
            var line = line.trimmed
            if line.hasPrefix("<<<") { line = line.dropFirst(3).trimmed }
            let isPart = line.starts(with: code) && line.dropFirst(3).first == UInt8(ascii: "-")
            let isEnd = !words.isEmpty && line.starts(with: code)
            if isPart || isEnd { append(line, to: &words) }
            if isEnd && !isPart { return words[...] }
        }
        return nil
    }

    private func append(_ line: Bytes, to words: inout [UInt8]) {
        let line = line.trimmed
        guard !line.isEmpty, words.count + line.count < Self.longest + 4_000 else { return }
        if !words.isEmpty { words.append(ASCII.space) }
        words.append(contentsOf: line)
    }

    /// The first paragraph that quotes a reply.
    private func paragraphWithReply() -> Bytes? {
        for paragraph in lines.split(whereSeparator: { $0.trimmed.isEmpty }) {
            var words: [UInt8] = []
            for line in paragraph { append(line, to: &words) }
            if QuotedReply(in: words[...]).hasCodes { return words[...] }
        }
        return nil
    }

    /// The notice on one line, as far as it is kept.
    func wholeText() -> Bytes {
        var words: [UInt8] = []
        for line in lines {
            append(line, to: &words)
            if words.count > Self.longest { break }
        }
        return words[...]
    }
}

extension ArraySlice<UInt8> {
    /// Whether a line is indented more than another one.
    fileprivate func isIndented(beyond other: Bytes) -> Bool {
        prefix(while: ASCII.isBlank).count > other.prefix(while: ASCII.isBlank).count
    }
}
