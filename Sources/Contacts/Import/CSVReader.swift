import Foundation

/// Reads a CSV file (RFC 4180) row by row without holding it: commas, quoted fields, LF or CRLF, with or without a BOM.
///
/// Blank lines are skipped. A malformed row is reported with the line on which it begins, and reading goes on after it.
/// A quote inside a field that does not begin with one is taken literally.
struct CSVReader {
    /// What the next row of the file is.
    enum Row {
        /// The row is in ``CSVReader/record``.
        case record
        case malformed(MalformedRow)
    }

    /// A row longer than this is malformed: most likely a quote that is never closed.
    static let maximumRowBytes = 1 << 20

    /// The row read last; its storage is used again for the next one.
    private(set) var record = CSVRecord()

    private let file: FileHandle?
    private let chunkBytes: Int
    private var buffer: [UInt8]
    private var position = 0
    /// The physical line on which the next byte stands.
    private var line = 1
    private var atStart = true
    private var isNonASCII = false
    private var problem: String?
    /// Whether the fields so far hold a quoted one: such a row is never blank.
    private var hasQuotes = false

    /// Opens a file.
    /// - Throws: ``ContactBookError`` with code `malformedFile` when it cannot be opened.
    init(path: String, chunkBytes: Int = 1 << 18) throws {
        do {
            file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw ContactBookError(
                .malformedFile, "The file \(path) cannot be read: \(error.localizedDescription)", underlying: error)
        }
        self.chunkBytes = chunkBytes
        buffer = []
    }

    /// Reads from memory, in one piece.
    init(bytes: [UInt8]) {
        file = nil
        chunkBytes = 0
        buffer = bytes
    }

    /// Reads the next row that is not blank; `nil` at the end of the file.
    mutating func next() throws -> Row? {
        if atStart {
            atStart = false
            try skipByteOrderMark()
        }
        while true {
            guard try refillIfNeeded() else { return nil }
            let start = line
            try readRow()
            if let problem { return .malformed(MalformedRow(line: start, problem: problem)) }
            if isBlank { continue }
            record.line = start
            if isNonASCII, let field = firstFieldNotUTF8() {
                return .malformed(MalformedRow(line: start, problem: "field \(field + 1) is not valid UTF-8"))
            }
            return .record
        }
    }

    /// Whether the row is a line without anything but spaces and tabs.
    private var isBlank: Bool {
        record.count == 1 && !hasQuotes && record.bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }

    private func firstFieldNotUTF8() -> Int? {
        (0..<record.count).first { String(validating: record.bytes[record.range($0)], as: UTF8.self) == nil }
    }

    // MARK: Bytes

    /// Makes sure that there is a byte at ``position``; `false` at the end of the file.
    private mutating func refillIfNeeded() throws -> Bool {
        if position < buffer.count { return true }
        guard let file else { return false }
        let chunk: Data?
        do {
            chunk = try file.read(upToCount: chunkBytes)
        } catch {
            throw ContactBookError(.malformedFile, "Reading the file failed: \(error)", underlying: error)
        }
        guard let chunk, !chunk.isEmpty else { return false }
        buffer = [UInt8](chunk)
        position = 0
        return true
    }

    /// The next byte without taking it; `nil` at the end of the file.
    private mutating func peek() throws -> UInt8? {
        try refillIfNeeded() ? buffer[position] : nil
    }

    private mutating func skipByteOrderMark() throws {
        guard try refillIfNeeded(), buffer.count >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF else {
            return
        }
        position = 3
    }

    // MARK: Rows

    /// Reads up to and including the row's line end into ``record`` and ``problem``.
    private mutating func readRow() throws {
        record.bytes.removeAll(keepingCapacity: true)
        record.ends.removeAll(keepingCapacity: true)
        isNonASCII = false
        hasQuotes = false
        problem = nil
        while true {
            let isQuoted = try peek() == UInt8(ascii: "\"")
            let goesOn = isQuoted ? try readQuotedField() : try readPlainField()
            record.ends.append(record.bytes.count)
            if !goesOn { return }
        }
    }

    /// Reads a field that does not begin with a quote; `true` when another field follows.
    private mutating func readPlainField() throws -> Bool {
        while try refillIfNeeded() {
            let start = position
            let stop = scanPlain()
            append(start..<stop)
            position = stop
            guard stop < buffer.count else { continue }
            position += 1
            switch buffer[stop] {
            case UInt8(ascii: ","):
                return true
            case UInt8(ascii: "\n"):
                line += 1
                return false
            case UInt8(ascii: "\r"):
                if try endsLineAfterCarriageReturn() { return false }
            default:
                problem = problem ?? "it holds a NUL byte"
            }
        }
        return false
    }

    /// Reads a quoted field, and what stands between it and the next comma or line end; `true` when another field follows.
    private mutating func readQuotedField() throws -> Bool {
        hasQuotes = true
        position += 1
        quoted: while true {
            guard try refillIfNeeded() else {
                problem = problem ?? "a quoted field is never closed: the rest of the file belongs to it"
                return false
            }
            let start = position
            let stop = scanQuoted()
            append(start..<stop)
            position = stop
            guard stop < buffer.count else { continue }
            position += 1
            guard buffer[stop] == UInt8(ascii: "\"") else {
                problem = problem ?? "it holds a NUL byte"
                continue
            }
            guard try peek() == UInt8(ascii: "\"") else { break quoted }
            append(position..<position + 1)
            position += 1
        }
        guard let byte = try peek() else { return false }
        switch byte {
        case UInt8(ascii: ","):
            position += 1
            return true
        case UInt8(ascii: "\n"):
            position += 1
            line += 1
            return false
        case UInt8(ascii: "\r"):
            position += 1
            if try endsLineAfterCarriageReturn() { return false }
        default:
            problem = problem ?? "text follows a closing quote"
        }
        return try skipLine()
    }

    /// Takes the LF after a CR; a CR alone is a problem of the row.
    private mutating func endsLineAfterCarriageReturn() throws -> Bool {
        guard let byte = try peek() else { return true }
        guard byte == UInt8(ascii: "\n") else {
            problem = problem ?? "a carriage return without a line feed"
            return false
        }
        position += 1
        line += 1
        return true
    }

    /// Skips the rest of a physical line of which no sense can be made; always `false`: no further field.
    private mutating func skipLine() throws -> Bool {
        while try refillIfNeeded() {
            position += 1
            if buffer[position - 1] == UInt8(ascii: "\n") {
                line += 1
                break
            }
        }
        return false
    }

    /// The first comma, CR, LF or NUL from ``position`` on, or the buffer's end.
    private mutating func scanPlain() -> Int {
        var seen: UInt8 = 0
        let start = position
        let stop = buffer.withUnsafeBufferPointer { bytes in
            var index = start
            while index < bytes.count {
                let byte = bytes[index]
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == 0 {
                    break
                }
                seen |= byte
                index += 1
            }
            return index
        }
        if seen >= 0x80 { isNonASCII = true }
        return stop
    }

    /// The first quote or NUL from ``position`` on, or the buffer's end; counts the lines on the way.
    private mutating func scanQuoted() -> Int {
        var seen: UInt8 = 0
        var lines = 0
        let start = position
        let stop = buffer.withUnsafeBufferPointer { bytes in
            var index = start
            while index < bytes.count {
                let byte = bytes[index]
                if byte == UInt8(ascii: "\"") || byte == 0 { break }
                if byte == UInt8(ascii: "\n") { lines += 1 }
                seen |= byte
                index += 1
            }
            return index
        }
        line += lines
        if seen >= 0x80 { isNonASCII = true }
        return stop
    }

    private mutating func append(_ range: Range<Int>) {
        guard record.bytes.count + range.count <= Self.maximumRowBytes else {
            problem = problem ?? "it is longer than 1 MiB: is a quote not closed?"
            return
        }
        record.bytes.append(contentsOf: buffer[range])
    }
}
