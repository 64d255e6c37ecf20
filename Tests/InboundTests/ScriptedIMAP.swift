import Inbound
import Synchronization
import TestSupport

@testable import Inbound

/// An IMAP server with one mailbox, which can be made to misbehave.
final class ScriptedIMAP: Sendable {
    /// What is wrong with it.
    struct Quirks: Sendable {
        var refusesPassword = false
        var hasUIDPlus = true
        var permanentFlags: String? = #"\Deleted \Seen \*"#
        /// UIDs whose message is refused, is empty, or ends the connection when it is asked for.
        var refused: Set<UInt32> = []
        var empty: Set<UInt32> = []
        var fatal: Set<UInt32> = []
        /// UIDs that are listed and gone when they are asked for.
        var gone: Set<UInt32> = []
        /// Hears the command of every line before it is answered; what it answers is what is done in its place, with TAG for the tag.
        var intercept: @Sendable (_ command: String, _ connection: Int) -> LineServer.Answer? = { _, _ in nil }
        /// UIDVALIDITY by connection.
        var validity: @Sendable (_ connection: Int) -> Int = { _ in 7 }
    }

    private struct Mailbox {
        var messages: [UInt32: String]
        var flags: [UInt32: Set<String>] = [:]
    }

    private let mailbox: Mutex<Mailbox>
    private let quirks: Quirks

    init(_ messages: [UInt32: String], _ change: (inout Quirks) -> Void = { _ in }) {
        mailbox = Mutex(Mailbox(messages: messages))
        var quirks = Quirks()
        change(&quirks)
        self.quirks = quirks
    }

    /// The messages that there are.
    var uids: [UInt32] { mailbox.withLock { $0.messages.keys.sorted() } }
    /// Those that have a flag.
    func flagged(_ flag: String) -> [UInt32] {
        mailbox.withLock { $0.flags.filter { $0.value.contains(flag) }.keys.sorted() }
    }
    /// Somebody else sets a flag.
    func flag(_ uid: UInt32, _ flag: String) {
        mailbox.withLock { _ = $0.flags[uid, default: []].insert(flag) }
    }

    func start() async throws -> LineServer {
        try await LineServer.start(greeting: "* OK [CAPABILITY \(capabilities)] ready\r\n") { [self] line, connection in
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else { return .hangUp("* BYE what?\r\n") }
            guard let answer = quirks.intercept(words[1], connection) else {
                return self.answer(words[1], tag: words[0], connection)
            }
            if case .say(let text) = answer { return .say(text.replacing("TAG", with: words[0])) }
            return answer
        }
    }

    private var capabilities: String { "IMAP4rev1" + (quirks.hasUIDPlus ? " UIDPLUS" : "") }

    private func answer(_ command: String, tag: String, _ connection: Int) -> LineServer.Answer {
        let words = command.split(separator: " ").map(String.init)
        let ok = "\(tag) OK done\r\n"
        switch words[0] {
        case "CAPABILITY": return .say("* CAPABILITY \(capabilities)\r\n" + ok)
        case "LOGIN" where quirks.refusesPassword: return .say("\(tag) NO [AUTHENTICATIONFAILED] Wrong password\r\n")
        case "LOGIN", "NOOP": return .say(ok)
        case "LOGOUT": return .hangUp("* BYE see you\r\n" + ok)
        case "SELECT": return .say(selection(connection) + "\(tag) OK [READ-WRITE] done\r\n")
        case "EXAMINE": return .say(selection(connection) + "\(tag) OK [READ-ONLY] done\r\n")
        case "UID" where words[1] == "SEARCH": return .say(search(words[2]) + ok)
        case "UID" where words[1] == "FETCH": return fetch(UInt32(words[2]) ?? 0, tag)
        case "UID" where words[1] == "STORE":
            store(words[2], words[4].filter { !"()".contains($0) })
            return .say(ok)
        case "UID" where words[1] == "EXPUNGE" && quirks.hasUIDPlus:
            expunge(words[2])
            return .say(ok)
        default: return .say("\(tag) BAD unknown command\r\n")
        }
    }

    private func selection(_ connection: Int) -> String {
        let flags = quirks.permanentFlags.map { "* OK [PERMANENTFLAGS (\($0))] these last\r\n" } ?? ""
        return "* FLAGS (\\Deleted \\Seen)\r\n* \(uids.count) EXISTS\r\n\(flags)"
            + "* OK [UIDVALIDITY \(quirks.validity(connection))] valid\r\n"
    }

    private func search(_ range: String) -> String {
        let ends = range.split(separator: ":").compactMap { Int($0) }
        let found = mailbox.withLock { mailbox in
            mailbox.messages.keys.sorted()[(ends[0] - 1)..<ends[1]].filter {
                mailbox.flags[$0, default: []].isDisjoint(with: ["\\Deleted", IMAPMailbox.keyword])
            }
        }
        return "* SEARCH" + found.map { " \($0)" }.joined() + "\r\n"
    }

    private func fetch(_ uid: UInt32, _ tag: String) -> LineServer.Answer {
        if quirks.fatal.contains(uid) { return .hangUp("") }
        if quirks.refused.contains(uid) { return .say("\(tag) NO [SERVERBUG] Internal error\r\n") }
        guard !quirks.gone.contains(uid), let message = mailbox.withLock({ $0.messages[uid] }) else {
            return .say("\(tag) OK nothing\r\n")
        }
        let text = quirks.empty.contains(uid) ? "" : message
        return .say("* 1 FETCH (UID \(uid) BODY[]<0> {\(text.utf8.count)}\r\n\(text))\r\n\(tag) OK done\r\n")
    }

    private func store(_ set: String, _ flag: String) {
        let keeps = quirks.permanentFlags?.contains("\\*") ?? true || flag.hasPrefix("\\")
        guard keeps else { return }
        mailbox.withLock { mailbox in
            for uid in Self.numbers(set) where mailbox.messages[uid] != nil {
                mailbox.flags[uid, default: []].insert(flag)
            }
        }
    }

    private func expunge(_ set: String) {
        mailbox.withLock { mailbox in
            for uid in Self.numbers(set) where mailbox.flags[uid, default: []].contains("\\Deleted") {
                mailbox.messages[uid] = nil
            }
        }
    }

    private static func numbers(_ set: String) -> [UInt32] {
        set.split(separator: ",").flatMap { range in
            let ends = range.split(separator: ":").compactMap { UInt32($0) }
            return ends.count == 2 ? Array(ends[0]...ends[1]) : ends
        }
    }
}
