/// Where TXT records come from: the DNS, or a file of them.
public protocol TextRecords: Sendable {
    /// The texts of the TXT records at a name, the strings of each joined; empty when there are none.
    ///
    /// - Throws: ``TextRecordsError`` when it cannot be found out now.
    func txt(_ name: String) async throws -> [String]
}

/// Why nobody knows at this moment whether there are TXT records.
public struct TextRecordsError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
