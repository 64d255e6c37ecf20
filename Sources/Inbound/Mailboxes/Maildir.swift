internal import Foundation

/// A Maildir, in which another server leaves messages: each a file in `new`, moved to `cur` when it has been seen.
///
/// Several programs may read the same one: a file that is gone when it is wanted is another's.
public struct Maildir: Sendable {
    public let path: String

    /// - Throws: ``MailboxProblem`` when it has no `new` or no `cur`.
    public init(_ path: String) throws(MailboxProblem) {
        for folder in ["new", "cur"] {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: "\(path)/\(folder)", isDirectory: &isDirectory)
            guard exists, isDirectory.boolValue else {
                throw MailboxProblem(description: "\(path) is no Maildir: it has no directory \(folder)")
            }
        }
        self.path = path
    }

    /// The names of the messages that nobody has seen, the oldest first as far as their names tell.
    public func unseen() throws(MailboxProblem) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path + "/new").filter { !$0.hasPrefix(".") }
                .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        } catch {
            throw MailboxProblem(description: "\(path)/new cannot be read: \(error.localizedDescription)")
        }
    }

    /// The beginning of a message; `nil` when it is gone.
    ///
    /// - Throws: ``MailboxProblem`` when it may not be read.
    public func read(_ name: String, limit: Int) throws(MailboxProblem) -> [UInt8]? {
        let file = "\(path)/new/\(name)"
        guard let handle = FileHandle(forReadingAtPath: file) else {
            let reason = errno
            guard reason != ENOENT else { return nil }
            throw MailboxProblem(
                description: "\(file) cannot be read: \(String(cString: strerror(reason)).lowercased())")
        }
        defer { try? handle.close() }
        do {
            return Array(try handle.read(upToCount: limit) ?? Data())
        } catch {
            throw MailboxProblem(description: "\(file) cannot be read: \(error.localizedDescription)")
        }
    }

    /// Moves a message to those that have been seen.
    public func markSeen(_ name: String) throws(MailboxProblem) {
        // What may stand behind the colon already are the flags of a mail program.
        let base = name.prefix { $0 != ":" }
        guard rename("\(path)/new/\(name)", "\(path)/cur/\(base):2,S") == 0 || errno == ENOENT else {
            throw MailboxProblem(
                description:
                    "\(path)/new/\(name) cannot be moved to cur: \(String(cString: strerror(errno)).lowercased())")
        }
    }
}
