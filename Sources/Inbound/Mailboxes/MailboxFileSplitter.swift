/// Cuts a mailbox file (RFC 4155) into its messages as the bytes come, and keeps the beginning of each.
///
/// A file that does not begin with a `From ` line is one message.
public struct MailboxFileSplitter: Sendable {
    private enum Form {
        case undecided, single, several
    }

    private let limit: Int
    private var form = Form.undecided
    private var message: [UInt8] = []
    private var line: [UInt8] = []
    private var followsBlankLine = true

    /// - Parameter limit: how many bytes of a message are kept.
    public init(limit: Int) {
        self.limit = limit
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

    /// The file is at its end; answers the last message.
    public mutating func finish() -> [UInt8]? {
        let last = line.isEmpty ? nil : endLine()
        defer { message = [] }
        return last ?? (message.isEmpty ? nil : message)
    }

    private mutating func keep(_ piece: ArraySlice<UInt8>) {
        line += piece.prefix(max(0, limit - line.count))
    }

    private mutating func endLine() -> [UInt8]? {
        defer { line.removeAll(keepingCapacity: true) }
        let isSeparator = followsBlankLine && line.starts(with: "From ".utf8)
        if form == .undecided { form = isSeparator ? .several : .single }
        followsBlankLine = line.allSatisfy { $0 == 0x0A || $0 == 0x0D }
        guard form == .several, isSeparator else {
            message += line.prefix(max(0, limit - message.count))
            return nil
        }
        defer { message = [] }
        return message.isEmpty ? nil : message
    }
}
