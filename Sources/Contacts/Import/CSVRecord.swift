/// One row of a CSV file as bytes: the unquoted contents of its fields end to end, and where each ends.
struct CSVRecord {
    /// The physical line on which the row begins, from 1.
    var line = 0
    /// The fields' bytes, quotes undone, end to end.
    var bytes: [UInt8] = []
    /// Where in ``bytes`` each field ends.
    var ends: [Int] = []

    /// How many fields the row has.
    var count: Int { ends.count }

    /// The place of a field's bytes in ``bytes``.
    func range(_ field: Int) -> Range<Int> {
        (field == 0 ? 0 : ends[field - 1])..<ends[field]
    }

    /// A field as text; the reader has already checked that it is UTF-8.
    func text(_ field: Int) -> String {
        String(decoding: bytes[range(field)], as: UTF8.self)
    }

    /// A field as text without white space at its ends.
    func trimmedText(_ field: Int) -> String {
        var range = range(field)
        while let first = range.first, Self.isSpace(bytes[first]) { range = first + 1..<range.upperBound }
        while let last = range.last, Self.isSpace(bytes[last]) { range = range.lowerBound..<last }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Space, tab, carriage return or line feed.
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}

/// A row that cannot be read, and why.
public struct MalformedRow: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The physical line on which the row begins, from 1.
    public var line: Int
    /// What is wrong, as a phrase.
    public var problem: String

    public init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }

    public var description: String { "line \(line): \(problem)" }
}
