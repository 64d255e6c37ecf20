internal import Foundation

/// A Maildir, in which another server leaves messages: each a file in `new`, moved to `cur` when it has been seen.
///
/// Several programs may read the same one: a file that is gone when it is wanted is another's.
public struct Maildir: Sendable {
    public let path: String

    /// - Throws: ``MailboxProblem`` when it has no `new` or no `cur`.
    public init(_ path: String) throws(MailboxProblem) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw MailboxProblem(description: "there is no directory \(path)")
        }
        for folder in ["new", "cur"] {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: "\(path)/\(folder)", isDirectory: &isDirectory)
            guard exists, isDirectory.boolValue else {
                throw MailboxProblem(
                    description:
                        "\(path) is no Maildir: it has no directory \(folder); a Maildir has new, cur and tmp, and a file of messages is read with --file"
                )
            }
        }
        self.path = path
    }

    /// The names of the messages that nobody has seen, the oldest first as far as their names tell.
    public func unseen() throws(MailboxProblem) -> [String] {
        guard access(path + "/new", R_OK | X_OK) == 0 else {
            throw MailboxProblem(
                description: "\(path)/new cannot be read: \(String(cString: strerror(errno)).lowercased())")
        }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path + "/new").filter { !$0.hasPrefix(".") }
                .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        } catch {
            throw MailboxProblem(
                description: "\(path)/new cannot be read: \(error.localizedDescription)")
        }
    }

    /// The beginning of a message; `nil` when it is gone.
    ///
    /// - Throws: ``MailboxProblem`` when it may not be read.
    public func read(_ name: String, limit: Int) throws(MailboxProblem) -> [UInt8]? {
        let file = "\(path)/new/\(name)"
        func problem() -> MailboxProblem {
            MailboxProblem(
                description: "\(file) cannot be read and is left: \(String(cString: strerror(errno)).lowercased())")
        }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return nil }
            throw problem()
        }
        defer { _ = Foundation.close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: min(limit, 64 << 10))
        while bytes.count < limit {
            let count = Foundation.read(descriptor, &piece, min(piece.count, limit - bytes.count))
            guard count >= 0 else { throw problem() }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        guard !bytes.isEmpty else { throw MailboxProblem(description: "\(file) is empty, and is left") }
        return bytes
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
