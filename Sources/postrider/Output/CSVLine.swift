/// A row of a CSV file (RFC 4180).
enum CSVLine {
    /// The fields, in quotation marks where they must be.
    static func text(_ fields: [String]) -> String {
        fields.map { field in
            let isPlain = !field.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
            return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",")
    }
}
