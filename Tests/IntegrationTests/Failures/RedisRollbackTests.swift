import Foundation
import TestSupport
import Testing

@Suite("When Redis comes back as it was some time ago")
struct RedisRollbackTests {
    @Test("Nobody who is booked as Sent is written to again", .timeLimit(.minutes(5)))
    func olderFile() async throws {
        let redis = try await RedisServer.start(configuration: ["appendonly yes", "appendfsync everysec"])
        let run = try await CampaignRun(coordinatorArguments: ["--redis", redis.url])
        let part = size("POSTRIDER_FAILURE_CONTACTS", usually: 1500) / 3
        let addresses = people(3 * part)
        try await run.prepareCampaign(addresses: addresses, licences: part)
        try await run.must(["campaign", "start", "c"])
        try await poll("it is not fed") { try await run.queue().waiting == part }
        let file = try Self.appendOnlyFile(of: redis)
        let length = try Self.length(of: file)

        try run.startWorker(["--redis", redis.url])
        try await run.waitUntilSent(part)
        try await run.must(["licences", "add", "\(part)"])
        try await run.waitUntilSent(2 * part)
        await redis.kill()
        #expect(try Self.length(of: file) > length)
        // As at the moment when the first part was waiting and nothing was sent.
        try #require(truncate(file.path, off_t(length)) == 0)
        try await redis.restart()

        try await run.must(["licences", "add", "\(part)"])
        let duplicates = try await run.finishWithAllSent(addresses)
        #expect(duplicates == 0)
        print("Redis rolled back by \(2 * part) messages: duplicates \(duplicates)")
        try await run.stop()
        await redis.stop()
    }

    /// The part of the append-only file that is written at the moment.
    private static func appendOnlyFile(of redis: RedisServer) throws -> URL {
        let folder = redis.directory.appendingPathComponent("appendonlydir")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try #require(files.first { $0.lastPathComponent.hasSuffix(".incr.aof") })
    }

    private static func length(of file: URL) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        return try #require(attributes[.size] as? Int)
    }
}
