internal import Delivery

/// Reads a notice of no standard: which recipients it names, and why it says that they did not get the message.
///
/// What counts is the form that such notices share, not who wrote them: an address that begins a line or a paragraph, or follows
/// "to:" or "recipient", and the words behind it up to the next one. An address of which a line speaks in another way
/// (the sender, a postmaster, a forwarding) is no recipient.
struct BounceNotice: Sendable {
    private(set) var recipients: [NoticeRecipient] = []

    private let lines: [Bytes]
    private var entries: [Entry] = []

    /// A line that names a recipient.
    private struct Entry {
        var line: Int
        var address: String
        /// Where the words behind the address begin.
        var wordsStart: Int
        var form: Form
        /// What another line has said about it, in a transcript.
        var reply: Bytes?
    }

    /// How an address is written, the most certain first.
    private enum Form: Int {
        case beginsLine, inTranscript, follows, mentioned, inQuotedHeader
    }

    /// Reads the lines of a notice.
    ///
    /// - Parameters:
    ///   - named: recipients that the header names; where there are any, no others are looked for.
    ///   - own: addresses that are not recipients, unless nothing else is there: whom the notice was sent to, and by whom.
    init(_ lines: [Bytes], named: [String], own: [String], limit: Int) {
        self.lines = lines
        for index in lines.indices { readLine(index, limit: limit) }
        let chosen = named.isEmpty ? chosenAddresses(own: own) : named
        for address in chosen.prefix(limit) {
            let diagnostic = diagnostic(of: address, among: chosen)
            recipients.append(NoticeRecipient(address: address, diagnostic: diagnostic))
        }
    }

    // MARK: Entries

    private mutating func readLine(_ index: Int, limit: Int) {
        let line = lines[index]
        guard entries.count < limit * 4, line.count < 4_000 else { return }
        let matches = AddressFinder.addresses(in: line)
        guard !matches.isEmpty else { return }
        var form: Form?
        var previousEnd = line.startIndex
        for match in matches {
            let before = line[previousEnd..<match.range.lowerBound]
            // In a list of addresses all are what the first one is.
            let isListed = previousEnd > line.startIndex && before.allSatisfy { "<>,; '\"".utf8.contains($0) }
            if !isListed {
                form = Self.form(
                    of: before, isFirst: previousEnd == line.startIndex, after: line[match.range.upperBound...])
            }
            previousEnd = match.range.upperBound
            if form == .follows, quotesHeader(at: index) { form = .inQuotedHeader }
            guard let form else { continue }
            entries.append(
                Entry(
                    line: index, address: match.address, wordsStart: match.range.upperBound, form: form,
                    reply: form == .inTranscript ? serverReply(before: index) : nil))
        }
    }

    /// Whether a line is the To field of a message that the notice describes: a Subject or Date stands next to it.
    private func quotesHeader(at index: Int) -> Bool {
        guard lines[index].trimmed.hasPrefix("to:") || lines[index].trimmed.hasPrefix("cc:") else { return false }
        return lines[max(0, index - 3)..<min(lines.count, index + 4)].contains { line in
            let line = line.trimmed
            return line.hasPrefix("subject:") || line.hasPrefix("date:") || line.hasPrefix("sent:")
        }
    }

    /// How an address is written, by what stands around it on its line; `nil` where it is not a recipient's.
    private static func form(of before: Bytes, isFirst: Bool, after: Bytes) -> Form? {
        let label = before.drop { !ASCII.isWordByte($0) }
        if label.isEmpty { return isFirst ? .beginsLine : .mentioned }
        if isFirst, before.beginsWithReplyCode, after.hasPrefix(">...") || after.hasPrefix("...") {
            return .inTranscript
        }
        if others.occurs(in: label) { return nil }
        let end = label.trimmed.reversed().drop { "<('\"[".utf8.contains($0) || ASCII.isWhiteSpace($0) }
        if end.first == UInt8(ascii: ":") { return .follows }
        if before.suffix(5).isText("smtp=") { return .follows }
        // Only what stands right before it tells what it is.
        let words = label.split(whereSeparator: ASCII.isWhiteSpace).suffix(2)
        return words.contains { announcements.occurs(in: $0) } ? .follows : .mentioned
    }

    /// Words before an address that make it somebody else's.
    private static let others: WordSet = [
        "from", "sender", "contact", "postmaster", "reply", "help", "support", "questions", "message-id", "id ",
        "by ", "on behalf", "administrator", "abuse", "mailto", "write to", "email to", "report",
    ]
    /// Words before an address that make it a recipient's.
    private static let announcements: WordSet = [
        "to", "recipient", "recipients", "rcpt", "address", "addresses", "user", "mailbox", "account", "for",
        "deliver", "delivering", "delivery", "reach", "destinataire", "empfänger", "destinatario", "à", "an",
    ]

    /// The recipients: the addresses of the most certain form that there is.
    private func chosenAddresses(own: [String]) -> [String] {
        let candidates = entries.filter { $0.form.rawValue < Form.mentioned.rawValue }
        let foreign = candidates.filter { entry in !own.contains { $0.lowercased() == entry.address.lowercased() } }
        let usable = foreign.isEmpty ? candidates : foreign
        var seen: Set<String> = []
        guard let best = usable.map(\.form.rawValue).min() else {
            // An address that nothing else leads to: the one that a failed forwarding began with, or the only one of all.
            if let original = NoticeRecipient.original(in: wholeText()) { return [original] }
            let others = entries.filter { entry in !own.contains { $0.lowercased() == entry.address.lowercased() } }
            let form = others.map(\.form.rawValue).min()
            let distinct = others.filter { $0.form.rawValue == form && seen.insert($0.address.lowercased()).inserted }
            return distinct.count == 1 ? [distinct[0].address] : []
        }
        return usable.filter { $0.form.rawValue == best && seen.insert($0.address.lowercased()).inserted }.map(
            \.address)
    }

    // MARK: Diagnostics

    /// What the notice says of one recipient, on one line.
    private func diagnostic(of address: String, among all: [String]) -> Bytes {
        let lowercased = address.lowercased()
        let named = entries.filter { $0.address.lowercased() == lowercased }
        let best = named.map(\.form.rawValue).min()
        let own = named.filter { $0.form.rawValue == best }
        let others = Set(all.map { $0.lowercased() }).subtracting([lowercased])
        let starts = Set(entries.filter { others.contains($0.address.lowercased()) }.map(\.line))
        var words: [UInt8] = []
        var lastLine = -1
        for entry in own where entry.line > lastLine {
            if let reply = entry.reply { append(reply, to: &words) }
            lastLine = appendWords(from: entry, othersAt: starts, to: &words)
            if words.count > Self.longest { break }
        }
        // A notice about one recipient may give its reason anywhere.
        if all.count == 1, !QuotedReply(in: words[...]).hasCodes {
            if let paragraph = paragraphWithReply() { return paragraph }
            if words.count < 12 { return wholeText() }
        }
        return words[...].hasLetters ? words[...] : wholeText()
    }

    private static let longest = 2_000

    /// Appends the paragraph behind an entry, or a later one if it says nothing; answers the last line that was used.
    private func appendWords(from entry: Entry, othersAt starts: Set<Int>, to words: inout [UInt8]) -> Int {
        var index = entry.line
        var line = lines[index][entry.wordsStart...].drop { ">:;,)]\"'. ".utf8.contains($0) }
        var own: [UInt8] = []
        while true {
            append(line, to: &own)
            index += 1
            // A transcript says all on one line.
            if entry.form == .inTranscript { break }
            guard index < lines.count, own.count < Self.longest else { break }
            if starts.contains(index), !lines[index].isIndented(beyond: lines[entry.line]) { break }
            line = lines[index]
            if line.trimmed.isEmpty, own[...].hasLetters, own.last != UInt8(ascii: ":") { break }
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

    private func wholeText() -> Bytes {
        var words: [UInt8] = []
        for line in lines {
            append(line, to: &words)
            if words.count > Self.longest { break }
        }
        return words[...]
    }

    /// In a transcript, what the other server has said last before a line, with the command that it answers.
    private func serverReply(before index: Int) -> Bytes? {
        var words: [UInt8] = []
        for line in lines[max(0, index - 8)..<index].reversed() {
            let line = line.trimmed
            if line.hasPrefix("<<<") || line.hasPrefix(">>>") {
                words = Array(line) + [ASCII.space] + words
                if line.hasPrefix(">>>") { return words.isEmpty ? nil : words[...] }
            } else {
                break
            }
        }
        return words.isEmpty ? nil : words[...]
    }
}

extension ArraySlice<UInt8> {
    /// Whether a line begins with a reply code.
    fileprivate var beginsWithReplyCode: Bool {
        let line = trimmed
        return line.count > 3 && line.prefix(3).allSatisfy(ASCII.isDigit) && !ASCII.isDigit(line[line.startIndex + 3])
    }

    /// Whether a line is indented more than another one.
    fileprivate func isIndented(beyond other: Bytes) -> Bool {
        prefix(while: ASCII.isBlank).count > other.prefix(while: ASCII.isBlank).count
    }
}
