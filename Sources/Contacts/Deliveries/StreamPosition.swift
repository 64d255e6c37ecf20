/// A place in a Redis stream, `milliseconds-sequence`, compared as two numbers.
public struct StreamPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    public var milliseconds: Int64
    public var sequence: Int64

    public init(milliseconds: Int64, sequence: Int64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    /// Reads `1732399200000-7`; `nil` when the text is not a stream position.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard
            parts.count == 2, let milliseconds = Int64(parts[0]), let sequence = Int64(parts[1]), milliseconds >= 0,
            sequence >= 0
        else { return nil }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    public var description: String { "\(milliseconds)-\(sequence)" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
    }
}
