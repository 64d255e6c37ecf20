internal import MailMessage

/// The mailbox of a POP3 server (RFC 1939): messages that are done are deleted, since POP3 knows no marks.
struct POP3Mailbox: RemoteMailbox {
    private let session: CurlSession
    private let url: String

    init(_ server: MailboxServer) {
        session = CurlSession(server)
        url = server.base + "/"
    }

    func unread() throws -> [String] {
        Self.messages(inUniqueList: try session.perform(.init(url: url, command: "UIDL")))
    }

    /// The lines of an answer to UIDL, `1 whqtswO00WBw418f9t5JxYwZ` (RFC 1939 §7): a number and what it stands for.
    static func messages(inUniqueList answer: [UInt8]) -> [String] {
        String(decoding: answer, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init).filter {
            let words = $0.split(separator: " ")
            return words.count == 2 && UInt32(words[0]) != nil
        }
    }

    func message(_ message: String) throws -> [UInt8]? {
        try session.perform(.init(url: url + Self.number(of: message)), limit: MessageFingerprint.requiredBytes)
    }

    /// Deletes messages, if their numbers still mean them.
    ///
    /// Numbers are a session's own, and libcurl connects again without a word when a connection has ended.
    func finish(_ messages: [String]) throws {
        guard !messages.isEmpty else { return }
        guard Set(try unread()).isSuperset(of: messages) else { throw RenumberedFailure() }
        for message in messages {
            _ = try session.perform(.init(url: url + Self.number(of: message), command: "DELE", hasNoAnswer: true))
        }
    }

    private static func number(of message: String) -> String { String(message.prefix { $0 != " " }) }

    /// The numbers of a mailbox mean other messages than when it was listed; nothing was deleted by them.
    struct RenumberedFailure: Error, CustomStringConvertible {
        var description: String { "the POP3 server has numbered its messages anew; they are read again next time" }
    }

    func close() { session.close() }
}
