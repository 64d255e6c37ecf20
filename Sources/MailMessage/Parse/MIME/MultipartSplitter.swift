/// Cuts a multipart body at its boundary (RFC 2046 §5.1).
enum MultipartSplitter {
    /// The parts of a body; none when the boundary does not occur.
    ///
    /// A boundary that is not given is taken from the first line that looks like one; a missing last one is the end.
    static func parts(of body: Bytes, boundary: [UInt8]?, atMost limit: Int) -> [Bytes] {
        if let boundary {
            let parts = parts(of: body, delimiter: [0x2D, 0x2D] + boundary, atMost: limit)
            if !parts.isEmpty { return parts }
        }
        guard let guessed = guessedDelimiter(in: body) else { return [] }
        return parts(of: body, delimiter: guessed, atMost: limit)
    }

    private static func parts(of body: Bytes, delimiter: [UInt8], atMost limit: Int) -> [Bytes] {
        var parts: [Bytes] = []
        var scanner = LineScanner(body)
        var partStart: Int?
        var previousEnd = body.startIndex
        while parts.count < limit, let line = scanner.next() {
            if line.first == UInt8(ascii: "-"), let kind = delimiterKind(line, delimiter) {
                // The line end before a delimiter belongs to it.
                if let start = partStart { parts.append(body[start..<max(start, previousEnd)]) }
                partStart = kind == .next ? scanner.position : nil
                if kind == .last { return parts }
            }
            previousEnd = line.endIndex
        }
        if let start = partStart, parts.count < limit { parts.append(body[start...]) }
        return parts
    }

    private enum DelimiterKind {
        case next, last
    }

    /// Whether a line is the delimiter, and which; white space may follow it.
    private static func delimiterKind(_ line: Bytes, _ delimiter: [UInt8]) -> DelimiterKind? {
        guard line.starts(with: delimiter) else { return nil }
        var rest = line.dropFirst(delimiter.count)
        let isLast = rest.starts(with: "--".utf8)
        if isLast { rest = rest.dropFirst(2) }
        return rest.allSatisfy(ASCII.isWhiteSpace) ? (isLast ? .last : .next) : nil
    }

    /// The first line that begins with two hyphens and has a header field below it.
    private static func guessedDelimiter(in body: Bytes) -> [UInt8]? {
        var scanner = LineScanner(body)
        for _ in 0..<40 {
            guard let line = scanner.next() else { return nil }
            guard line.count > 6, line.starts(with: "--".utf8), !line.contains(ASCII.space) else { continue }
            var rest = scanner
            if let next = rest.next(), next.hasPrefix("content-") || next.hasPrefix("mime-") { return Array(line) }
        }
        return nil
    }
}
