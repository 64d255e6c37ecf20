import TestSupport
import Testing

@testable import Inbound

@Suite("Mailboxes by IMAP, and servers that misbehave", .timeLimit(.minutes(2)))
struct IMAPMailboxTests {
    private func messages(_ count: Int) -> [UInt32: String] {
        Dictionary(uniqueKeysWithValues: (1...count).map { (UInt32($0), MailboxRun.report($0)) })
    }

    /// Reads the mailbox once.
    private func read(
        _ imap: ScriptedIMAP, deletes: Bool = false, by run: MailboxRun = MailboxRun()
    ) async throws -> (run: MailboxRun, problems: [String], server: LineServer) {
        let server = try await imap.start()
        let problems = try await run.reader.readNew(
            at: MailboxRun.server(.imap, port: server.port), deletes: deletes)
        return (run, problems.map(\.description), server)
    }

    @Test("a mailbox is open for changes only while something is changed, by the name that it has")
    func examined() async throws {
        let imap = ScriptedIMAP(messages(250))
        let server = try await imap.start()
        let address = try MailboxServer(
            parsing: "imap://ann@127.0.0.1:\(server.port)/Not%20%22mine%22", kind: .imap, password: "dear-secret")
        _ = try await MailboxRun().reader.readNew(at: address, deletes: true)
        #expect(imap.uids.isEmpty && server.connections == 1)
        let commands = server.lines.compactMap { line in
            ["SELECT", "EXAMINE", "FETCH", "STORE", "EXPUNGE"].first { line.contains(" \($0) ") }
        }
        var phases: [String] = []
        for command in commands where phases.last != command { phases.append(command) }
        let batch = ["EXAMINE", "FETCH", "SELECT", "STORE", "EXPUNGE"]
        let expected: [String] = ["SELECT"] + batch + batch
        #expect(phases == expected)
        #expect(server.lines.contains { $0.hasSuffix(#"EXAMINE "Not \"mine\"""#) })
    }

    @Test("a large mailbox is asked about in slices, and read over one connection, each message once")
    func slices() async throws {
        let count = IMAPMailbox.slice + 10
        let text = "Subject: hello\r\n\r\nHello.\r\n"
        let imap = ScriptedIMAP(Dictionary(uniqueKeysWithValues: (1...count).map { (UInt32($0) * 400_000, text) }))
        let result = try await read(imap)
        #expect(result.run.counts.messages == count && result.problems.isEmpty)
        #expect(imap.flagged(IMAPMailbox.keyword) == imap.uids)
        let searches = result.server.lines.compactMap { $0.firstMatch(of: /SEARCH ([0-9:]+)/)?.1 }
        #expect(searches == ["11:\(count)", "1:10"])
        #expect(result.server.lines.filter { $0.contains("FETCH") }.count == count)
        #expect(result.server.connections == 1)
    }

    @Test("a message that is refused or empty is told and stays, one that is gone is none, and the others go on")
    func unreadable() async throws {
        let imap = ScriptedIMAP(messages(6)) {
            $0.refused = [2]
            $0.empty = [4]
            $0.gone = [5]
        }
        let result = try await read(imap)
        #expect(result.run.ordinals == [1, 3, 6])
        #expect(imap.flagged(IMAPMailbox.keyword) == [1, 3, 6])
        try #require(result.problems.count == 2)
        #expect(result.problems[0].contains("message 2 cannot be read") && result.problems[0].contains("[SERVERBUG]"))
        #expect(result.problems[1].contains("message 4 is empty"))
    }

    @Test(
        "a message over which the server hangs up or falls silent is left, and read on over another connection",
        arguments: [true, false])
    func fatal(hangsUp: Bool) async throws {
        let imap = ScriptedIMAP(messages(5)) {
            if hangsUp { $0.fatal = [2] }
            $0.intercept = { command, _ in !hangsUp && command.contains("FETCH 2 ") ? .silence : nil }
        }
        let result = try await read(imap)
        #expect(result.run.ordinals == [1, 3, 4, 5] && imap.flagged(IMAPMailbox.keyword) == [1, 3, 4, 5])
        #expect(result.problems.count == 1 && result.problems[0].contains("message 2 cannot be read"))
    }

    @Test("a server that hangs up over each message is given up, and what was booked before is marked")
    func down() async throws {
        let imap = ScriptedIMAP(messages(450)) { $0.fatal = Set(300...450) }
        let run = MailboxRun()
        let server = try await imap.start()
        let failure = await #expect(throws: CurlSession.Failure.self) {
            try await run.reader.readNew(at: MailboxRun.server(.imap, port: server.port), deletes: false)
        }
        #expect(failure?.description.hasPrefix("ann at imap://127.0.0.1:\(server.port): ") == true)
        #expect(imap.flagged(IMAPMailbox.keyword) == Array(1...200) && run.ordinals == Array(1...200))
        #expect(server.lines.filter { $0.contains("FETCH") }.count == 302)
    }

    @Test("nothing is marked or deleted of a batch that Redis has not taken", arguments: [true, false])
    func redisAway(deletes: Bool) async throws {
        let imap = ScriptedIMAP(messages(450))
        let server = try await imap.start()
        let run = MailboxRun(failsAfter: 1)
        await #expect(throws: MailboxRun.RedisAway.self) {
            try await run.reader.readNew(at: MailboxRun.server(.imap, port: server.port), deletes: deletes)
        }
        #expect(run.ordinals == Array(1...200))
        #expect(imap.uids.count == (deletes ? 250 : 450))
        #expect(imap.flagged(IMAPMailbox.keyword) == (deletes ? [] : Array(1...200)))
        // The next run takes the rest, and nothing twice.
        let next = try await read(imap, deletes: deletes)
        #expect(next.run.ordinals == Array(201...450))
        #expect(imap.uids.count == (deletes ? 0 : 450))
    }

    @Test("what somebody else has marked as deleted is neither read nor removed", arguments: [true, false])
    func others(hasUIDPlus: Bool) async throws {
        let imap = ScriptedIMAP(messages(4)) { $0.hasUIDPlus = hasUIDPlus }
        imap.flag(3, "\\Deleted")
        let result = try await read(imap, deletes: true)
        #expect(result.run.ordinals == [1, 2, 4])
        #expect(imap.uids == (hasUIDPlus ? [3] : [1, 2, 3, 4]))
        #expect(!result.server.lines.contains { $0.hasSuffix(" EXPUNGE") || $0.hasSuffix(" CLOSE") })
        #expect(result.run.warnings.count == (hasUIDPlus ? 0 : 1))
        #expect(result.run.warnings.allSatisfy { $0.contains("no UIDPLUS") })
        #expect(try await read(imap, deletes: true).run.counts.messages == 0)
    }

    @Test("a mailbox that was numbered anew in between is left as it is, and read the next time")
    func renumbered() async throws {
        let imap = ScriptedIMAP(messages(3)) {
            $0.validity = { $0 == 1 ? 7 : 8 }
            $0.intercept = { command, connection in
                connection == 1 && command.contains("STORE") ? .hangUp("") : nil
            }
        }
        let run = MailboxRun()
        let server = try await imap.start()
        await #expect(throws: (any Error).self) {
            try await run.reader.readNew(at: MailboxRun.server(.imap, port: server.port), deletes: true)
        }
        #expect(run.ordinals == [1, 2, 3] && imap.uids == [1, 2, 3] && imap.flagged("\\Deleted").isEmpty)
        try await _ = run.reader.readNew(at: MailboxRun.server(.imap, port: server.port), deletes: true)
        #expect(imap.uids.isEmpty)
    }

    @Test("after a lost connection nothing is fetched by the UIDs of a mailbox that was numbered anew")
    func renumberedWhileReading() async throws {
        let imap = ScriptedIMAP(messages(3)) {
            $0.validity = { $0 == 1 ? 7 : 8 }
            $0.fatal = [2]
        }
        let run = MailboxRun()
        let server = try await imap.start()
        await #expect(throws: IMAPMailbox.RenumberedFailure.self) {
            try await run.reader.readNew(at: MailboxRun.server(.imap, port: server.port), deletes: true)
        }
        #expect(imap.flagged("\\Deleted").isEmpty && run.events.isEmpty)
    }

    @Test(
        "a server that keeps no keywords is told of once, with the remedy; one that keeps ours or says nothing is not",
        arguments: [
            (#"\Deleted \Seen"#, false, 1), (#"\Deleted \*"#, false, 0), (#"\Deleted $postriderbooked"#, false, 0),
            (nil, false, 0), (#"\Deleted"#, true, 0),
        ])
    func keywords(permanent: String?, deletes: Bool, warnings: Int) async throws {
        let imap = ScriptedIMAP(messages(2)) { $0.permanentFlags = permanent }
        let server = try await imap.start()
        let run = MailboxRun()
        let reader = run.reader
        for _ in 0..<2 {
            _ = try await reader.readNew(at: MailboxRun.server(.imap, port: server.port), deletes: deletes)
        }
        #expect(run.warnings.count == warnings)
        #expect(run.warnings.allSatisfy { $0.contains("read again") && $0.contains("--delete") })
    }

    @Test(
        "a wrong password, a mailbox that is not there and one that may not be changed are told with the server's words"
    )
    func refusals() async throws {
        func failure(_ change: (inout ScriptedIMAP.Quirks) -> Void) async throws -> String {
            let server = try await ScriptedIMAP(messages(1), change).start()
            let error = await #expect(throws: CurlSession.Failure.self) {
                try await MailboxRun().reader.readNew(
                    at: MailboxRun.server(.imap, port: server.port), deletes: false)
            }
            return error?.description ?? ""
        }
        let password = try await failure { $0.refusesPassword = true }
        #expect(password.contains("[AUTHENTICATIONFAILED]") && password.contains("--password-file"))
        #expect(!password.contains("dear-secret"))
        let mailbox = try await failure {
            $0.intercept = { command, _ in
                command.hasPrefix("SELECT") ? .say("TAG NO [NONEXISTENT] Unknown mailbox\r\n") : nil
            }
        }
        #expect(mailbox.contains("[NONEXISTENT]") && mailbox.contains("mailbox is there"), "\(mailbox)")
        let readOnly = try await failure {
            $0.intercept = { command, _ in command.contains("STORE") ? .say("TAG NO [NOPERM] read-only\r\n") : nil }
        }
        #expect(readOnly.hasPrefix("ann at imap://") && readOnly.contains("[NOPERM]"), "\(readOnly)")
    }

    @Test("the lines of a selection are understood in any letter case, and others change nothing")
    func selection() {
        var selection = IMAPSelection()
        for line in [
            "* 12 exists", "* 3 RECENT", "* OK [uidvalidity 42] ok", #"* OK [PERMANENTFLAGS (\Seen $PostriderBooked)]"#,
            "* 4 EXPUNGE", "A1 OK [READ-WRITE] done", "* OK ][ x", "", "*", "* OK [UIDVALIDITY", "* 5 FETCH (FLAGS ())",
        ] { selection.take(line) }
        #expect(selection.messages == 11 && selection.validity == 42)
        #expect(selection.keeps("$postriderBOOKED") && !selection.keeps("$Other"))
    }

    @Test(
        "numbers are written as a set, consecutive ones as a range",
        arguments: [([5], "5"), ([1, 2, 3, 7, 9, 8, 4_294_967_295], "1:3,7:9,4294967295"), ([2, 2, 4], "2,4")])
    func set(numbers: [UInt32], text: String) {
        #expect(IMAPMailbox.set(numbers) == text)
    }
}
