/// Reads the lines of a text whose ends are LF or CRLF; a text without any LF has CR for its line ends.
///
/// Carriage returns before a line feed belong to the line end, however many there are.
struct LineScanner {
    private let bytes: Bytes
    private let lineEnd: UInt8
    /// Where the next line begins.
    private(set) var position: Int

    init(_ bytes: Bytes) {
        self.bytes = bytes
        position = bytes.startIndex
        lineEnd =
            bytes.firstIndex(of: ASCII.lineFeed, from: bytes.startIndex) == nil
            ? ASCII.carriageReturn : ASCII.lineFeed
    }

    /// The next line without its end; `nil` behind the last one.
    mutating func next() -> Bytes? {
        guard position < bytes.endIndex else { return nil }
        let start = position
        var end = bytes.endIndex
        if let found = bytes.firstIndex(of: lineEnd, from: start) {
            end = found
            position = found + 1
        } else {
            position = bytes.endIndex
        }
        while lineEnd == ASCII.lineFeed, end > start, bytes[end - 1] == ASCII.carriageReturn { end -= 1 }
        return bytes[start..<end]
    }

    /// All lines of a text, at most as many as a limit.
    static func lines(of bytes: Bytes, atMost limit: Int) -> [Bytes] {
        var scanner = LineScanner(bytes)
        var lines: [Bytes] = []
        while lines.count < limit, let line = scanner.next() { lines.append(line) }
        return lines
    }
}
