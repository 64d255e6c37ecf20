/// The header of an import file: where the address stands, and the names of the merge fields.
struct ImportHeader: Sendable {
    /// The index of the column `email`.
    let email: Int
    /// The names of all columns, trimmed, `email` included.
    let names: [String]
    /// What stands before each column's value in the stored object: the name as a JSON literal, and a colon.
    private let prefixes: [[UInt8]]

    /// The columns that are merge fields.
    var columns: [String] { names.indices.filter { $0 != email }.map { names[$0] } }

    /// Reads the header row.
    /// - Throws: ``ContactBookError`` with code `badHeader`: no `email`, an empty or a repeated name.
    init(_ record: CSVRecord) throws {
        let names = (0..<record.count).map { record.trimmedText($0) }
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            guard !name.isEmpty else {
                throw ContactBookError(.badHeader, "Column \(index + 1) of the file has no name; give it one.")
            }
            guard seen.insert(name.lowercased()).inserted else {
                throw ContactBookError(.badHeader, "The file has two columns named “\(name)”; rename one of them.")
            }
        }
        guard let email = names.firstIndex(where: { $0.lowercased() == "email" }) else {
            var message = "The file has no column named “email”; its columns are: \(names.joined(separator: ", "))."
            if names.count == 1, names[0].contains(";") || names[0].contains("\t") {
                message += " Separate the columns by commas."
            }
            throw ContactBookError(.badHeader, message)
        }
        self.email = email
        self.names = names
        prefixes = names.map { name in
            var prefix: [UInt8] = []
            MergeFields.appendLiteral(name.utf8, to: &prefix)
            prefix.append(UInt8(ascii: ":"))
            return prefix
        }
    }

    /// The merge fields of a row as the JSON object that the book stores; `scratch` is only storage to use again.
    func fields(of record: CSVRecord, scratch: inout [UInt8]) -> String {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(UInt8(ascii: "{"))
        for column in names.indices where column != email {
            if scratch.count > 1 { scratch.append(UInt8(ascii: ",")) }
            scratch.append(contentsOf: prefixes[column])
            MergeFields.appendLiteral(record.bytes[record.range(column)], to: &scratch)
        }
        scratch.append(UInt8(ascii: "}"))
        return String(decoding: scratch, as: UTF8.self)
    }
}
