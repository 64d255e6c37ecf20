internal import Foundation
internal import MailMessage

/// Files with one message each.
enum MessageFile {
    /// The file itself, or all files of a directory and those below it, in order of their names; hidden ones are left out.
    static func files(at path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            return [path]
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandError("\(path) cannot be read: \(error.localizedDescription)")
        }
        return try names.filter { !$0.hasPrefix(".") }.sorted().flatMap {
            try files(at: (path as NSString).appendingPathComponent($0))
        }
    }

    /// The bytes of a message from an open file or a pipe.
    static func read(_ handle: FileHandle) throws -> [UInt8] {
        Array(try handle.read(upToCount: ParseLimits.standard.messageBytes) ?? Data())
    }
}
