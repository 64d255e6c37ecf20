internal import MailMessage

/// A mailbox of an IMAP server (RFC 9051): messages that are done are marked with a keyword, or deleted.
///
/// Being fetched marks a message as seen, which therefore says nothing: after a crash it is found by its missing keyword.
struct IMAPMailbox: RemoteMailbox {
    /// The keyword of messages whose events are safe.
    static let keyword = "$PostriderBooked"

    private let session: CurlSession
    private let url: String
    private let deletes: Bool

    init(_ server: MailboxServer, deletes: Bool) {
        session = CurlSession(server)
        url = "\(server.base)/\(server.folder)"
        self.deletes = deletes
    }

    func unread() throws -> [String] {
        let answer = try session.perform(
            .init(url: url, command: "UID SEARCH UNDELETED UNKEYWORD \(Self.keyword)"))
        return Self.numbers(inSearchResult: answer)
    }

    /// The numbers behind `* SEARCH` (RFC 9051 §7.3.4 and RFC 3501 §7.2.5).
    static func numbers(inSearchResult answer: [UInt8]) -> [String] {
        let text = String(decoding: answer, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("* SEARCH") }
            .flatMap { $0.dropFirst(8).split(separator: " ") }.filter { UInt32($0) != nil }.map(String.init)
    }

    func message(_ number: String) throws -> [UInt8]? {
        let limit = MessageFingerprint.requiredBytes
        do throws(CurlSession.Failure) {
            let bytes = try session.perform(.init(url: "\(url);UID=\(number);PARTIAL=0.\(limit)"), limit: limit)
            return bytes.isEmpty ? nil : bytes
        } catch {
            guard error.isRefusal else { throw error }
            return nil
        }
    }

    func finish(_ numbers: [String]) throws {
        guard !numbers.isEmpty else { return }
        let flag = deletes ? "\\Deleted" : Self.keyword
        let set = numbers.joined(separator: ",")
        _ = try session.perform(.init(url: url, command: "UID STORE \(set) +FLAGS.SILENT (\(flag))"))
        if deletes { try expunge(set) }
    }

    /// Removes these messages and none that somebody else has marked as deleted (UIDPLUS, RFC 4315 §2.1).
    ///
    /// A server that cannot tell them apart refuses: ours then stay marked, and are not read again.
    private func expunge(_ set: String) throws {
        do throws(CurlSession.Failure) {
            _ = try session.perform(.init(url: url, command: "UID EXPUNGE \(set)"))
        } catch {
            guard error.isRefusal else { throw error }
        }
    }

    func close() { session.close() }
}
