import Delivery
import Synchronization
import TestSupport
import Testing

@testable import Inbound

@Suite("Mailboxes by POP3, and servers that misbehave", .timeLimit(.minutes(2)))
struct POP3MailboxTests {
    private func messages(_ count: Int) -> [(id: String, text: String)] {
        (1...count).map { ("uid-\($0)", MailboxRun.report($0)) }
    }

    /// Lets one thing happen, once.
    private final class Once: Sendable {
        private let isOver = Mutex(false)
        func callAsFunction() -> Bool {
            isOver.withLock { over in
                defer { over = true }
                return !over
            }
        }
    }

    @Test("all messages are read and deleted, in sessions of which each is ended before the next")
    func sessions() async throws {
        let text = "Subject: hello\r\n\r\nHello."
        let pop3 = ScriptedPOP3((1...4500).map { ("uid-\($0)", text) })
        let server = try await pop3.start()
        let run = MailboxRun()
        let problems = try await run.reader.readNew(at: MailboxRun.server(.pop3, port: server.port), deletes: true)
        #expect(problems.isEmpty && run.counts.messages == 4500 && pop3.ids.isEmpty)
        #expect(server.connections == 3)
    }

    @Test("a message that is refused is told and stays, and the others go on")
    func refused() async throws {
        let pop3 = ScriptedPOP3(messages(5)) { $0.refused = ["uid-3"] }
        let server = try await pop3.start()
        let run = MailboxRun()
        let problems = try await run.reader.readNew(at: MailboxRun.server(.pop3, port: server.port), deletes: true)
        #expect(run.ordinals == [1, 2, 4, 5] && pop3.ids == ["uid-3"])
        #expect(problems.count == 1 && problems[0].description.contains("uid-3"))
    }

    @Test("a message that may not be deleted is told and stays, and the others go; when none may, that is the end")
    func undeletable() async throws {
        for locked in [Set(["uid-2"]), ["uid-2", "uid-3", "uid-4"]] {
            let pop3 = ScriptedPOP3(messages(5)) { $0.locked = locked }
            let server = try await pop3.start()
            let run = MailboxRun()
            let mailbox = try MailboxRun.server(.pop3, port: server.port)
            if locked.count == 1 {
                let problems = try await run.reader.readNew(at: mailbox, deletes: true)
                #expect(
                    problems.count == 1 && problems[0].description.contains("uid-2 is booked and cannot be deleted"))
                #expect(problems.first?.description.contains("locked") == true && pop3.ids == ["uid-2"])
            } else {
                await #expect(throws: CurlSession.Failure.self) {
                    try await run.reader.readNew(at: mailbox, deletes: true)
                }
            }
            #expect(run.ordinals == [1, 2, 3, 4, 5] && pop3.ids.contains("uid-2"))
        }
    }

    @Test(
        "when the connection is lost and another client has deleted a message, the numbers of before delete nothing",
        arguments: ["RETR 4", "DELE 1", "DELE 3"])
    func renumbered(command: String) async throws {
        let once = Once()
        let mailbox = Mutex<ScriptedPOP3?>(nil)
        let pop3 = ScriptedPOP3(messages(6)) {
            $0.intercept = { line, _ in
                guard line == command, once() else { return nil }
                // The first message goes, and all others have another number now.
                mailbox.withLock { $0 }?.remove("uid-1")
                return .hangUp("")
            }
        }
        mailbox.withLock { $0 = pop3 }
        let server = try await pop3.start()
        let run = MailboxRun()
        let problems = try await run.reader.readNew(at: MailboxRun.server(.pop3, port: server.port), deletes: true)
        #expect(run.ordinals == [1, 2, 3, 4, 5, 6] && problems.isEmpty)
        // What a session has deleted that was not ended in order is there again, and is booked once by its events' ids.
        #expect(pop3.ids == (command == "DELE 3" ? ["uid-2"] : []))
        #expect(server.connections == 2)
        _ = try await run.reader.readNew(at: MailboxRun.server(.pop3, port: server.port), deletes: true)
        #expect(pop3.ids.isEmpty && Set(run.events.map(\.id)).count == 6)
        // Nothing was deleted over a connection before its numbers were asked for.
        for lines in server.lines.split(whereSeparator: { $0.hasPrefix("PASS") }).dropFirst() {
            let first = lines.first { $0.hasPrefix("UIDL") || $0.hasPrefix("DELE") || $0.hasPrefix("RETR") }
            #expect(first == "UIDL")
        }
    }

    @Test("nothing is deleted of a batch that Redis has not taken")
    func redisAway() async throws {
        let pop3 = ScriptedPOP3(messages(300))
        let server = try await pop3.start()
        let run = MailboxRun(failsAfter: 1)
        await #expect(throws: MailboxRun.RedisAway.self) {
            try await run.reader.readNew(at: MailboxRun.server(.pop3, port: server.port), deletes: true)
        }
        #expect(run.ordinals == Array(1...200))
        #expect(pop3.ids == (201...300).map { "uid-\($0)" })
    }

    @Test("a server without UIDL is refused with the remedy, and nothing is asked for by number")
    func withoutUniqueIDs() async throws {
        let server = try await ScriptedPOP3(messages(3)) { $0.hasUniqueIDs = false }.start()
        let failure = await #expect(throws: POP3Mailbox.MissingUniqueIDs.self) {
            try await MailboxRun().reader.readNew(
                at: MailboxRun.server(.pop3, port: server.port), deletes: true)
        }
        #expect(failure?.description.contains("UIDL") == true && failure?.description.contains("--imap") == true)
        #expect(!server.lines.contains { $0.hasPrefix("RETR") || $0.hasPrefix("DELE") })
    }

    @Test("a wrong password and a server that says nothing are told with their place", arguments: ["PASS", "UIDL"])
    func failures(command: String) async throws {
        let server = try await ScriptedPOP3(messages(3)) {
            $0.intercept = { line, _ in
                guard line.hasPrefix(command) else { return nil }
                return command == "PASS" ? .say("-ERR [AUTH] wrong password\r\n") : .silence
            }
        }.start()
        let failure = await #expect(throws: CurlSession.Failure.self) {
            try await MailboxRun().reader.readNew(
                at: MailboxRun.server(.pop3, port: server.port), deletes: true)
        }
        let words = failure?.description ?? ""
        #expect(words.contains("127.0.0.1:\(server.port)") && !words.contains("dear-secret"))
        #expect(words.contains(command == "PASS" ? "--password-file" : "imeout"), "\(words)")
    }

    @Test("a list of unique ids that was cut is read up to its last whole line")
    func cut() {
        #expect(POP3Mailbox.messages(inUniqueList: Array("1 a\r\n2 b\r\n3 c".utf8)) == ["a": 1, "b": 2])
        #expect(POP3Mailbox.messages(inUniqueList: []).isEmpty)
    }
}
