internal import Foundation
internal import MailMessage
internal import Synchronization

/// A mailbox of an IMAP server (RFC 9051): messages that are done are marked with a keyword, or deleted.
///
/// Messages are read with EXAMINE (RFC 3501 §6.3.2), so that they are not marked as seen: that costs many a server more than all
/// else, and people may want to know. Whether a message is seen says nothing here: it is done when it has the keyword.
/// Messages go by their UIDs, which outlive a connection as long as UIDVALIDITY is the same.
final class IMAPMailbox: RemoteMailbox {
    private struct State {
        var selection = IMAPSelection()
        /// UIDVALIDITY when the messages were listed.
        var validity: UInt32?
        /// Whether the mailbox is open for reading only.
        var isExamined = false
        var remarks: Set<MailboxRemark> = []
    }

    /// The keyword of messages whose events are safe.
    static let keyword = "$PostriderBooked"
    /// How many messages are asked about in one go: the answer is one line, which libcurl takes up to 64 KiB.
    static let slice = 4000

    let sessionLimit = Int.max
    private let session: CurlSession
    private let base: String
    /// The mailbox's name, as it stands in a command.
    private let name: String
    private let deletes: Bool
    private let state = Mutex(State())

    init(_ server: MailboxServer, deletes: Bool) {
        session = CurlSession(server)
        base = "\(server.base)/\(server.folder)"
        self.deletes = deletes
        let folder = server.folder.removingPercentEncoding ?? server.folder
        name = "\"" + folder.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    var remarks: [MailboxRemark] { state.withLock { Array($0.remarks) } }

    /// The UIDs of the messages that are not done, asked for from the last slice to the first.
    ///
    /// Messages that others remove meanwhile move the rest down, into slices that are still to come: none is left out.
    func unread() throws -> [String] {
        state.withLock { state in
            state.validity = nil
            state.isExamined = false
        }
        try ask(.init(url: base, command: "NOOP"))
        let selection = state.withLock { state in
            state.validity = state.selection.validity
            if !deletes, !state.selection.keeps(Self.keyword) { state.remarks.insert(.keepsNoKeywords) }
            return state.selection
        }
        var found: Set<UInt32> = []
        var end = selection.messages ?? 0
        while end > 0 {
            let start = max(1, end - Self.slice + 1)
            let command = "UID SEARCH \(start):\(end) UNDELETED UNKEYWORD \(Self.keyword)"
            found.formUnion(Self.numbers(inSearchResult: try ask(.init(url: url, command: command)).content))
            end = min(start - 1, state.withLock { $0.selection.messages } ?? 0)
        }
        return found.sorted().map(String.init)
    }

    /// The numbers behind `* SEARCH` (RFC 9051 §7.3.4 and RFC 3501 §7.2.5).
    static func numbers(inSearchResult answer: [UInt8]) -> [UInt32] {
        let text = String(decoding: answer, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("* SEARCH") }
            .flatMap { $0.dropFirst(8).split(separator: " ") }.compactMap { UInt32($0) }
    }

    func message(_ id: String) throws -> [UInt8]? {
        let limit = MessageFingerprint.requiredBytes
        try open(reading: true)
        do {
            return try ask(.init(url: "\(url);UID=\(id);PARTIAL=0.\(limit)"), limit: limit).content
        } catch let failure as CurlSession.Failure where failure.isRefusal {
            // A message that is not there is no failure to the server.
            guard failure.refusal == nil, failure.lines.contains(where: { $0.contains(" OK") }) else { throw failure }
            return nil
        }
    }

    func finish(_ ids: [String]) throws -> [String: CurlSession.Failure] {
        guard !ids.isEmpty else { return [:] }
        let flag = deletes ? "\\Deleted" : Self.keyword
        let set = Self.set(ids.compactMap { UInt32($0) })
        try open(reading: false)
        try ask(.init(url: url, command: "UID STORE \(set) +FLAGS.SILENT (\(flag))"))
        if deletes { try expunge(set) }
        return [:]
    }

    /// Numbers as a sequence set (RFC 3501 §9), consecutive ones as a range.
    static func set(_ numbers: [UInt32]) -> String {
        var ranges: [ClosedRange<UInt32>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.upperBound == number &- 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else if ranges.last?.upperBound != number {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Removes these messages and none that somebody else has marked as deleted (UIDPLUS, RFC 4315 §2.1).
    ///
    /// A server that cannot tell them apart refuses: ours then stay marked, and are not read again.
    private func expunge(_ set: String) throws {
        guard !remarks.contains(.cannotExpunge) else { return }
        do {
            try ask(.init(url: url, command: "UID EXPUNGE \(set)"))
        } catch let failure as CurlSession.Failure where failure.isRefusal {
            state.withLock { _ = $0.remarks.insert(.cannotExpunge) }
        }
    }

    /// Opens the mailbox for reading only, or for changes again.
    private func open(reading: Bool) throws {
        guard state.withLock({ $0.isExamined }) != reading else { return }
        try ask(.init(url: url, command: (reading ? "EXAMINE " : "SELECT ") + name))
        let hasChanged = state.withLock { state in
            state.isExamined = reading
            return state.validity != state.selection.validity
        }
        guard !hasChanged else { throw RenumberedFailure() }
    }

    /// The mailbox as it was listed; libcurl asks for nothing in one whose UIDs have changed (RFC 5092 §3).
    private var url: String {
        state.withLock { state in state.validity.map { "\(base);UIDVALIDITY=\($0)" } ?? base }
    }

    @discardableResult
    private func ask(_ request: CurlSession.Request, limit: Int = 1 << 20) throws -> CurlSession.Reply {
        do throws(CurlSession.Failure) {
            let reply = try session.perform(request, limit: limit)
            note(reply.lines)
            return reply
        } catch {
            note(error.lines)
            let hasChanged = state.withLock { $0.validity != nil && $0.validity != $0.selection.validity }
            guard !hasChanged else { throw RenumberedFailure() }
            throw error
        }
    }

    private func note(_ lines: [String]) {
        state.withLock { state in
            for line in lines {
                state.selection.take(line)
                // libcurl has connected anew.
                if line.contains(" OK [READ-WRITE]") { state.isExamined = false }
            }
        }
    }

    func close() { session.close() }

    /// The UIDs of a mailbox mean other messages than when it was listed; nothing was marked or deleted by them.
    struct RenumberedFailure: Error, CustomStringConvertible {
        var description: String {
            "the IMAP server has numbered the mailbox's messages anew (UIDVALIDITY); they are read again next time"
        }
    }
}
