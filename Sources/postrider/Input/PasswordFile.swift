/// A file that holds a password or a token.
enum PasswordFile {
    /// The file's first line; the line end that editors leave is no part of it.
    ///
    /// - Throws: ``CommandError`` when the file cannot be read or its first line is empty.
    static func secret(_ path: String) throws -> String {
        guard
            let line = try InputFile.text(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .first,
            !line.isEmpty
        else { throw CommandError("the file \(path) holds no password; its first line is empty") }
        return String(line)
    }
}
