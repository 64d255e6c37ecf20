import Foundation
import GRDB
import TestSupport
import Testing

@Suite("When the coordinator cannot write")
struct StorageFailureTests {
    @Test(
        "No room for the book: it says so, nothing is lost, and it goes on when there is room", .timeLimit(.minutes(5)))
    func noRoomForTheBook() async throws {
        let run = try await CampaignRun()
        let addresses = people(3000)
        try await run.prepareCampaign(addresses: addresses, licences: 2000)
        try await run.must(["campaign", "start", "c"])
        try await poll("it is not fed") { try await run.queue().waiting == 2000 }
        // The log of what has been written can grow no more; all other files are shorter.
        let log = try FileManager.default.attributesOfItem(atPath: run.data + "/book.sqlite-wal")
        try Self.limitFiles(of: run.coordinator.pid, to: "\(try #require(log[.size] as? Int))")
        try run.startWorker()
        try await poll("not all are accepted") { try run.acceptances().count == 2000 }

        let refused = try await run.run(["licences", "add", "1"])
        #expect(refused.status == 1 && refused.errors.contains("book.sqlite"), "\(refused.errors)")
        try await run.waitUntilCoordinatorSays("interrupted; trying again until it works")
        #expect(try await run.statistics().count("Sent") == 0)
        for command in [["campaign", "status", "c"], ["queue", "status"]] {
            let text = try await run.must(command)
            #expect(text.contains("cannot book outcomes, trying again: The contact book at"), "\(text)")
        }
        // Said once, not over and over.
        #expect(run.coordinator.errors.ranges(of: "interrupted").count <= 4, "\(run.coordinator.errors)")

        try Self.limitFiles(of: run.coordinator.pid, to: "unlimited")
        try await run.must(["licences", "add", "1000"])
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        #expect(try await run.queue().hold == nil)
        try await run.stop()
    }

    @Test(
        "No room for the append-only file: it says so, nothing is lost, and it goes on when there is room",
        .timeLimit(.minutes(5)))
    func noRoomForRedis() async throws {
        let run = try await CampaignRun()
        let addresses = people(4000)
        try await run.prepareCampaign(addresses: addresses)
        let worker = try run.startWorker(["--connections", "1"])
        let redis = try String(contentsOfFile: run.data + "/redis.pid", encoding: .utf8)
        let pid = try #require(Int32(redis.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await run.must(["campaign", "start", "c"])
        try await run.waitUntilSent(300)
        try Self.limitFiles(of: pid, to: "0")
        try await run.waitUntilCoordinatorSays("MISCONF")
        try await poll("the worker does not say so: \(worker.errors)") { worker.errors.contains("MISCONF") }
        for command in [["campaign", "status", "c"], ["queue", "status"]] {
            let text = try await run.must(command)
            #expect(text.contains("MISCONF"), "\(text)")
        }
        try Self.limitFiles(of: pid, to: "unlimited")
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        #expect(try await run.queue().hold == nil)
        try await run.stop()
    }

    @Test("The book is held by another process: it waits, says so, and goes on", .timeLimit(.minutes(5)))
    func bookIsHeld() async throws {
        let run = try await CampaignRun()
        let addresses = people(1500)
        try await run.prepareCampaign(addresses: addresses, licences: 1000)
        try await run.must(["campaign", "start", "c"])
        try await poll("it is not fed") { try await run.queue().waiting == 1000 }
        try await Self.holding(bookIn: run.data) {
            try run.startWorker()
            try await poll("not all are accepted") { try run.acceptances().count == 1000 }
            // SQLite waits for ten seconds by itself.
            try await poll("it does not say so: \(run.coordinator.errors)", limit: .seconds(30)) {
                try await run.statistics().waitsFor?.contains("database is locked") == true
            }
            #expect(try await run.statistics().count("Sent") == 0)
        }
        try await run.must(["licences", "add", "500"])
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        #expect(try await run.queue().hold == nil)
        try await run.stop()
    }

    /// Lets no file of a process grow beyond a size: to it, the disk is full.
    private static func limitFiles(of pid: Int32, to size: String) throws {
        try CampaignRun.system("prlimit", ["--pid", "\(pid)", "--fsize=\(size):unlimited"])
    }

    /// Runs a body while another connection is about to write into the contact book.
    private static func holding(bookIn directory: String, _ body: () async throws -> Void) async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let book = try DatabaseQueue(path: directory + "/book.sqlite", configuration: configuration)
        try await book.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        do {
            try await body()
        } catch {
            try book.close()
            throw error
        }
        try await book.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try book.close()
    }
}
