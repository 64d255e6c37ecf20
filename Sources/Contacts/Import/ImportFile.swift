/// A contact file being read: its header, then its rows, malformed ones told apart.
struct ImportFile {
    /// A row that fits the header.
    enum Row {
        case contact
        case malformed(MalformedRow)
    }

    let header: ImportHeader
    private var reader: CSVReader

    /// The row read last.
    var record: CSVRecord { reader.record }

    /// Opens a file and reads its header.
    /// - Throws: ``ContactBookError`` with code `malformedFile` or `badHeader`.
    init(path: String) throws {
        try self.init(reader: CSVReader(path: path))
    }

    init(reader: consuming CSVReader) throws {
        switch try reader.next() {
        case nil:
            throw ContactBookError(
                .badHeader, "The file is empty; its first line must name the columns, one of them “email”.")
        case .malformed(let row):
            throw ContactBookError(
                .badHeader, "The file's header cannot be read (\(row)).", malformedRows: [row], malformedCount: 1)
        case .record:
            header = try ImportHeader(reader.record)
        }
        self.reader = reader
    }

    /// Reads the next row; `nil` at the end.
    mutating func next() throws -> Row? {
        switch try reader.next() {
        case nil: return nil
        case .malformed(let row): return .malformed(row)
        case .record:
            let found = reader.record.count
            let expected = header.names.count
            guard found == expected else {
                let problem = "it has \(found) field\(found == 1 ? "" : "s"), the header has \(expected)"
                return .malformed(MalformedRow(line: reader.record.line, problem: problem))
            }
            return .contact
        }
    }

    /// The row read last as the contact to store.
    func contact(scratch: inout [UInt8]) -> ImportedContact {
        let form = AddressForm(record.trimmedText(header.email))
        return ImportedContact(line: record.line, form: form, fields: header.fields(of: record, scratch: &scratch))
    }
}

/// A row of an import on its way into the book.
struct ImportedContact: Sendable {
    var line: Int
    var form: AddressForm
    /// The merge fields as a JSON object.
    var fields: String
}
