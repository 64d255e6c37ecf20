internal import Delivery

/// Reads a notice of no standard: which recipients it names, and why it says that they did not get the message.
///
/// What counts is the form that such notices share, not who wrote them: an address that begins a line or a paragraph, or follows
/// "to:" or "recipient", and the words behind it up to the next one. An address of which a line speaks in another way
/// (the sender, a postmaster, a forwarding) is no recipient.
struct BounceNotice: Sendable {
    private(set) var recipients: [NoticeRecipient] = []

    let lines: [Bytes]
    private var entries: [Entry] = []
    /// The recipients that lines name.
    private(set) var starts: [Int: Set<String>] = [:]

    /// A line that names a recipient.
    struct Entry {
        var line: Int
        var address: String
        /// The address in lower case, by which it is compared.
        var key: String
        /// Where the words behind the address begin.
        var wordsStart: Int
        var form: Form
        /// What another line has said about it, in a transcript.
        var reply: Bytes?

        /// Whether the form is a recipient's.
        var isCandidate: Bool { form.rawValue < Form.mentioned.rawValue }
    }

    /// How an address is written, the most certain first.
    enum Form: Int {
        case beginsLine, inTranscript, follows, mentioned, inQuotedHeader
    }

    /// Reads the lines of a notice.
    ///
    /// - Parameters:
    ///   - named: recipients that the header names; where there are any, no others are looked for.
    ///   - own: addresses that are not recipients, unless nothing else is there: whom the notice was sent to, and by whom.
    ///   - isFromList: whether a mailing list's program wrote it: it begins with the list, and goes on with where to ask for help.
    init(_ lines: [Bytes], named: [String], own: [String], isFromList: Bool = false, limit: Int) {
        self.lines = lines
        for index in lines.indices { readLine(index, limit: limit) }
        let own = Set(own.map { $0.lowercased() })
        if isFromList, let list = entries.first(where: { !own.contains($0.key) }) {
            recipients = [NoticeRecipient(address: list.address, diagnostic: wholeText())]
            return
        }
        let chosen = (named.isEmpty ? chosenAddresses(own: own) : named).prefix(limit)
        let keys = Set(chosen.map { $0.lowercased() })
        for entry in entries where keys.contains(entry.key) { starts[entry.line, default: []].insert(entry.key) }
        let entriesByKey = Dictionary(grouping: entries, by: \.key)
        for address in chosen {
            let entries = entriesByKey[address.lowercased()] ?? []
            let isAlone = chosen.count == 1
            let words = diagnostic(of: entries, isAlone: isAlone)
            recipients.append(
                NoticeRecipient(
                    address: address, diagnostic: words ?? wholeText(), isShared: words == nil && !isAlone))
        }
    }

    // MARK: Entries

    private mutating func readLine(_ index: Int, limit: Int) {
        let line = lines[index]
        guard entries.count < limit * 4, line.count < 4_000 else { return }
        let matches = AddressFinder.addresses(in: line, mayFollowCode: true)
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
            if form == .beginsLine, index > 0 {
                if NoticeRecipient.namesForwarding(atEndOf: lines[index - 1]) {
                    form = nil
                } else if goesOn(lines[index - 1], on: line, with: line[match.range.upperBound...]) {
                    form = .mentioned
                }
            }
            guard let form else { continue }
            entries.append(
                Entry(
                    line: index, address: match.address, key: match.address.lowercased(),
                    wordsStart: match.range.upperBound, form: form,
                    reply: form == .inTranscript ? serverReply(before: index) : nil))
        }
    }

    /// Whether an address stands at the beginning of a line only since a sentence of prose was wrapped before it.
    private func goesOn(_ previous: Bytes, on line: Bytes, with after: Bytes) -> Bool {
        guard previous.trimmed.count > 50,
            previous.prefix(while: ASCII.isBlank).elementsEqual(line.prefix(while: ASCII.isBlank)),
            let last = previous.trimmed.last, ASCII.isLetter(last) || last == UInt8(ascii: ","),
            after.first == ASCII.space, let next = after.dropFirst().first
        else { return false }
        return ASCII.isLetter(next) && ASCII.lowercase(next) == next
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
        var said = label
        while let last = said.last, "<('\"[".utf8.contains(last) || ASCII.isWhiteSpace(last) { said.removeLast() }
        // The second is the colon of Chinese and Japanese.
        if said.last == UInt8(ascii: ":") || said.suffix(3).elementsEqual("：".utf8) { return .follows }
        if before.suffix(5).isText("smtp=") { return .follows }
        // Only what stands right before it tells what it is.
        let words = label.split(whereSeparator: ASCII.isWhiteSpace).suffix(2)
        return words.contains { announcements.occurs(in: $0) } ? .follows : .mentioned
    }

    /// Words before an address that make it somebody else's.
    private static let others: WordSet = [
        "from", "sender", "contact", "postmaster", "reply", "help", "support", "questions", "message-id", "id ",
        "by ", "on behalf", "administrator", "abuse", "mailto", "write to", "email to", "report", "assistance",
        "send mail to", "send e-mail to", "please forward",
        "absender", "von", "expéditeur", "mittente", "remitente", "remetente", "afzender", "nadawc", "отправител",
        "от кого", "发件人", "寄件者", "差出人", "送信者", "送信元", "보낸",
    ]
    /// Words before an address that make it a recipient's.
    private static let announcements: WordSet = [
        "to", "recipient", "recipients", "rcpt", "address", "addresses", "user", "mailbox", "account", "for",
        "deliver", "delivering", "delivery", "reach", "list", "destinataire", "empfänger", "destinatario", "à", "an",
        "adresse", "indirizzo", "dirección", "endereço", "destinatário", "ontvanger", "adres", "aan", "odbiorc",
        "получател", "адресат", "адрес", "收件人", "收件者", "地址", "邮箱", "宛先", "受信者", "アドレス", "받는", "수신",
    ]

    /// The recipients: the addresses of the most certain form that there is.
    private func chosenAddresses(own: Set<String>) -> [String] {
        let foreign = entries.filter { !own.contains($0.key) }
        let candidates = foreign.filter(\.isCandidate)
        let usable = candidates.isEmpty ? entries.filter(\.isCandidate) : candidates
        if let best = usable.map(\.form.rawValue).min() { return Self.distinct(usable, form: best) }
        // An address that nothing else leads to: the one that a failed forwarding began with, or the only one of all.
        if let original = NoticeRecipient.original(in: wholeText()) { return [original] }
        guard let best = foreign.map(\.form.rawValue).min() else { return [] }
        let mentioned = Self.distinct(foreign, form: best)
        return mentioned.count == 1 ? mentioned : []
    }

    private static func distinct(_ entries: [Entry], form: Int) -> [String] {
        var seen: Set<String> = []
        return entries.filter { $0.form.rawValue == form && seen.insert($0.key).inserted }.map(\.address)
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
}
