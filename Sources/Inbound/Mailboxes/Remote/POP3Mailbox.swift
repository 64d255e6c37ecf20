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
        let answer = try session.perform(.init(url: url, command: "LIST"))
        return Self.numbers(inList: answer)
    }

    /// The first number of each line, `1 2048`.
    static func numbers(inList answer: [UInt8]) -> [String] {
        String(decoding: answer, as: UTF8.self).split(whereSeparator: \.isNewline)
            .compactMap { $0.split(separator: " ").first }.filter { UInt32($0) != nil }.map(String.init)
    }

    func message(_ number: String) throws -> [UInt8]? {
        try session.perform(.init(url: url + number), limit: MessageFingerprint.requiredBytes)
    }

    func finish(_ numbers: [String]) throws {
        for number in numbers {
            _ = try session.perform(.init(url: url + number, command: "DELE", hasNoAnswer: true))
        }
    }

    func close() { session.close() }
}
