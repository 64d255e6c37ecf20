internal import Foundation

/// Files that a person names on the command line.
enum InputFile {
    /// Opens a file for reading.
    ///
    /// - Throws: ``CommandError`` naming the file and what is wrong with it.
    static func open(_ path: String) throws -> FileHandle {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandError("there is no file \(path)")
        }
        guard !isDirectory.boolValue else { throw CommandError("\(path) is a directory, not a file") }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandError("\(path) cannot be read: \(String(cString: strerror(errno)).lowercased())")
        }
        return handle
    }

    /// The size of a file on disk; `nil` for a pipe.
    static func size(_ path: String) -> Int? {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return (attributes[.size] as? NSNumber)?.intValue
    }

    /// The whole text of a file that has to be UTF-8, such as a template.
    static func text(_ path: String) throws -> String {
        let handle = try open(path)
        defer { try? handle.close() }
        guard let data = try handle.readToEnd() else { return "" }
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandError("\(path) is not UTF-8; save it as UTF-8")
        }
        // A mark at the beginning, as some editors write it, does not belong to the text.
        return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    }
}
