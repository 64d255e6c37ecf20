internal import Crypto

/// What stays the same of a message, whatever way it comes and however often: a digest of what its author wrote.
///
/// It covers the fields of its author and the beginning of its body. Fields that servers write on the way have no part in it
/// (Received, Return-Path, Delivered-To, judgements of filters), nor have the kind of line ends, how fields are folded,
/// the `>` that a mailbox file puts before `From ` (RFC 4155), and blank lines at the foot.
public struct MessageFingerprint: Hashable, Sendable {
    /// The bytes of a SHA-256 digest.
    public let bytes: [UInt8]

    /// How much of a message must be kept, so that the fingerprint is that of the whole.
    ///
    /// Lines may have one byte more in one form than in the other, and servers may add fields.
    public static let requiredBytes = 256 << 10
    /// How much of the body counts, its line ends being one byte each.
    static let bodyBytes = 96 << 10
    private static let fields: [StaticString] = ["from", "to", "subject", "date", "message-id"]

    /// Reads a message; any bytes will do.
    public init(of message: [UInt8]) {
        let header = MIMEHeader(reading: message[...])
        var text: [UInt8] = []
        text.reserveCapacity(min(message.count, Self.bodyBytes) + 1024)
        for name in Self.fields {
            text += header.unfolded(name) ?? []
            text.append(ASCII.lineFeed)
        }
        Self.append(message[header.bodyStart...], to: &text, limit: text.count + Self.bodyBytes)
        bytes = Array(SHA256.hash(data: text))
    }

    /// A digest of this fingerprint and more bytes, for one of several things that a message says.
    public func digest(with more: some Sequence<UInt8>) -> [UInt8] {
        Array(SHA256.hash(data: bytes + more))
    }

    private static func append(_ body: Bytes, to text: inout [UInt8], limit: Int) {
        var scanner = LineScanner(body)
        var blankLines = 0
        while text.count < limit, var line = scanner.next() {
            while let last = line.last, ASCII.isWhiteSpace(last) { line.removeLast() }
            if line.isEmpty {
                blankLines += 1
                continue
            }
            text.append(contentsOf: repeatElement(ASCII.lineFeed, count: min(blankLines, limit - text.count)))
            blankLines = 0
            text += isQuotedFrom(line) ? line.drop { $0 == UInt8(ascii: ">") } : line
            text.append(ASCII.lineFeed)
        }
        if text.count > limit { text.removeSubrange(limit...) }
    }

    /// Whether a line is `>From `, with one `>` or several.
    private static func isQuotedFrom(_ line: Bytes) -> Bool {
        guard line.first == UInt8(ascii: ">") else { return false }
        return line.drop { $0 == UInt8(ascii: ">") }.starts(with: "From ".utf8)
    }
}
