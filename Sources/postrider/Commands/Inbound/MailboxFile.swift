internal import Foundation
internal import Inbound

/// A file with one message or many, or standard input, that is read once.
struct MailboxFile {
    private static let pieceBytes = 1 << 20

    private let path: String
    private let handle: FileHandle
    private let first: [UInt8]

    /// Opens the file.
    ///
    /// - Throws: ``CommandError`` when it cannot be read, is empty, or is a file of another kind; what comes from standard input is
    ///   a mail server's own, and taken as it is.
    init(_ path: String) throws {
        self.path = path
        guard path != "-" else {
            handle = .standardInput
            first = []
            StandardInput.explain()
            return
        }
        handle = try InputFile.open(path)
        do {
            first = Array(try handle.read(upToCount: Self.pieceBytes) ?? Data())
        } catch {
            throw CommandError("\(path) cannot be read: \(error.localizedDescription)")
        }
        guard !first.isEmpty else { throw CommandError("\(path) is empty") }
        guard MailboxFileSplitter.isBeginning(first) else {
            throw CommandError(
                "\(path) is no mail: it begins neither with a header field, such as From:, nor with the From line of a mailbox file"
            )
        }
    }

    func read(by reader: MailboxReader, _ progress: ProgressLine) async throws {
        var next: [UInt8]? = first.isEmpty ? nil : first
        var isAtEnd = false
        var done = 0
        let size = path == "-" ? nil : InputFile.size(path)
        try await reader.readFile {
            guard !isAtEnd else { return [] }
            let piece = try next.take() ?? Array(handle.read(upToCount: Self.pieceBytes) ?? Data())
            // A terminal that has said so once is not asked again whether more is to come.
            isAtEnd = piece.count < Self.pieceBytes
            done += piece.count
            if let size { progress.show("reading", done, of: size, unit: .bytes) }
            return piece
        }
    }
}

/// What a person sees who has named standard input and has not said where it comes from.
enum StandardInput {
    /// Says that it is waited for, where it is a terminal.
    static func explain() {
        guard isatty(STDIN_FILENO) == 1 else { return }
        StandardError.write("reading a message from the terminal; Ctrl-D on a line of its own ends it")
    }
}
