/// Cuts a mailbox file (RFC 4155) into its messages as the bytes come, and keeps the beginning of each.
///
/// A file that does not begin with a `From ` line, or has no line feeds, is one message. Within a file such a line begins a message where it stands
/// behind a blank line and a header field stands behind it: not all programs escape the lines of a text that begin so.
public struct MailboxFileSplitter: Sendable {
    private enum Form {
        case undecided, single, several
    }

    private let limit: Int
    private var form = Form.undecided
    private var message: [UInt8] = []
    private var line: [UInt8] = []
    private var followsBlankLine = true
    /// A `From ` line of which the next line tells whether it begins a message.
    private var possibleBeginning: [UInt8]?

    /// - Parameter limit: how many bytes of a message are kept.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Whether bytes are the beginning of a message or of a mailbox file, and not of a picture or a table.
    public static func isBeginning(_ bytes: [UInt8]) -> Bool {
        let start = bytes.drop { $0 == 0x0A || $0 == 0x0D }
        return isFromLine(start) || isField(start)
    }

    /// Takes more of the file; answers the messages that are complete now.
    public mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var complete: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            keep(rest[...end])
            rest = rest[(end + 1)...]
            if let message = endLine() { complete.append(message) }
        }
        keep(rest)
        return complete
    }

    /// The file is at its end; answers the last messages.
    public mutating func finish() -> [[UInt8]] {
        var complete: [[UInt8]] = []
        if !line.isEmpty, let message = endLine() { complete.append(message) }
        if let beginning = possibleBeginning.take() { add(beginning) }
        if let last = takeMessage() { complete.append(last) }
        return complete
    }

    private mutating func keep(_ piece: ArraySlice<UInt8>) {
        line += piece.prefix(max(0, limit - line.count))
    }

    private mutating func add(_ line: [UInt8]) {
        message += line.prefix(max(0, limit - message.count))
    }

    private mutating func takeMessage() -> [UInt8]? {
        defer { message = [] }
        return message.isEmpty ? nil : message
    }

    private mutating func endLine() -> [UInt8]? {
        defer { line.removeAll(keepingCapacity: true) }
        var complete: [UInt8]?
        if let beginning = possibleBeginning.take() {
            if Self.isField(line[...]) { complete = takeMessage() } else { add(beginning) }
        }
        let isFromLine = followsBlankLine && Self.isFromLine(line[...])
        followsBlankLine = line.allSatisfy { $0 == 0x0A || $0 == 0x0D }
        // Blank lines before all else.
        if form == .undecided, followsBlankLine { return nil }
        if form == .undecided {
            // Where CR alone ends the lines all is one: which of its messages, if it has more, is not asked.
            let isOneLine = isFromLine && line.dropLast(2).contains(0x0D)
            form = isFromLine && !isOneLine ? .several : .single
            if form == .several { return nil }
        }
        if form == .several, isFromLine { possibleBeginning = line } else { add(line) }
        return complete
    }

    private static func isFromLine(_ line: ArraySlice<UInt8>) -> Bool { line.starts(with: "From ".utf8) }

    /// Whether a line begins with the name of a header field and a colon (RFC 5322 §2.2); some mailboxes have `>From ` lines first.
    private static func isField(_ line: ArraySlice<UInt8>) -> Bool {
        if line.starts(with: ">From ".utf8) { return true }
        let name = line.prefix(998).prefix { (0x21...0x7E).contains($0) && $0 != 0x3A }
        return !name.isEmpty && name.endIndex < line.endIndex && line[name.endIndex] == 0x3A
    }
}
