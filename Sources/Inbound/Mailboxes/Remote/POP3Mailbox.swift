internal import MailMessage
internal import Synchronization

/// The mailbox of a POP3 server (RFC 1939): messages that are done are deleted, since POP3 knows no marks.
///
/// Messages go by their unique ids (§7, UIDL). The numbers by which they are asked for and deleted are a session's own:
/// nothing is asked for by number over another connection than the one over which the numbers were told.
final class POP3Mailbox: RemoteMailbox {
    /// Deletions last only from the end of a session on (§6), which therefore does not wait for all of a large mailbox.
    let sessionLimit = 2000
    /// After how many refusals in a row to delete a message nothing more is tried.
    private static let refusalLimit = 3
    private let session: CurlSession
    private let url: String
    /// The numbers of messages, as long as the connection lasts by which they were told.
    private let numbers = Mutex<[String: UInt32]?>(nil)

    init(_ server: MailboxServer) {
        session = CurlSession(server)
        url = server.base + "/"
    }

    var remarks: [MailboxRemark] { [] }

    func unread() throws -> [String] {
        try list().sorted { $0.value < $1.value }.map(\.key)
    }

    private func list() throws -> [String: UInt32] {
        numbers.withLock { $0 = nil }
        let answer: [UInt8]
        do throws(CurlSession.Failure) {
            answer = try session.perform(.init(url: url, command: "UIDL")).content
        } catch {
            guard error.isRefusal else { throw error }
            throw MissingUniqueIDs(failure: error)
        }
        let list = Self.messages(inUniqueList: answer)
        numbers.withLock { $0 = list }
        return list
    }

    /// The lines of an answer to UIDL, `1 whqtswO00WBw418f9t5JxYwZ` (RFC 1939 §7): numbers by what they stand for.
    ///
    /// A line that has no end was cut. Messages with the same unique id are the same (§7): one is read at a time.
    static func messages(inUniqueList answer: [UInt8]) -> [String: UInt32] {
        let text = String(decoding: answer[...(answer.lastIndex(of: 0x0A) ?? -1)], as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).reduce(into: [:]) { list, line in
            let words = line.split(separator: " ")
            guard words.count == 2, let number = UInt32(words[0]) else { return }
            list[String(words[1])] = number
        }
    }

    func message(_ id: String) throws -> [UInt8]? {
        try withNumber(of: id) { number throws(CurlSession.Failure) in
            let request = CurlSession.Request(url: url + "\(number)", mayConnect: false)
            return try session.perform(request, limit: MessageFingerprint.requiredBytes).content
        }
    }

    func finish(_ ids: [String]) throws -> [String: CurlSession.Failure] {
        var kept: [String: CurlSession.Failure] = [:]
        var refusals = 0
        for id in ids {
            do {
                try withNumber(of: id) { number throws(CurlSession.Failure) in
                    _ = try session.perform(
                        .init(url: url + "\(number)", command: "DELE", hasNoAnswer: true, mayConnect: false))
                }
                refusals = 0
            } catch let failure as CurlSession.Failure where failure.isRefusal {
                kept[id] = failure
                refusals += 1
                // It deletes nothing at all.
                guard refusals < Self.refusalLimit else { throw failure }
            }
        }
        return kept
    }

    /// Does something by the number of a message, once more with its new one if the connection has ended; `nil` when it is gone.
    @discardableResult
    private func withNumber<Value>(
        of id: String, _ body: (UInt32) throws(CurlSession.Failure) -> Value
    ) throws -> Value? {
        for isLast in [false, true] {
            guard let number = try (numbers.withLock { $0 } ?? list())[id] else { return nil }
            do throws(CurlSession.Failure) {
                return try body(number)
            } catch {
                // libcurl leaves a connection after any failure.
                numbers.withLock { $0 = nil }
                guard error.isLoss || error.isRefusal, !isLast else { throw error }
            }
        }
        return nil
    }

    func close() {
        numbers.withLock { $0 = nil }
        session.close()
    }

    /// A server that cannot say which messages it has, other than by numbers that change.
    struct MissingUniqueIDs: Error, CustomStringConvertible {
        var failure: CurlSession.Failure
        var description: String {
            "\(failure.place): the POP3 server has no UIDL (RFC 1939 §7), without which a wrong message might be deleted; "
                + "read the mailbox by --imap, or have the server deliver into a --maildir"
        }
    }
}
