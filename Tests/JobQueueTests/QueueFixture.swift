import Delivery
import Foundation
import Logging
import NIOCore
import NIOPosix
import RedisClient
import TestSupport
import Testing

@testable import JobQueue

/// The user with the fewest rights that the manual promises to be enough, with the password "hush".
func manualUser() throws -> String {
    let manual = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../docs/redis.md").standardized
    let line = try String(contentsOf: manual, encoding: .utf8).split(separator: "\n")
        .first { $0.hasPrefix("    user postrider ") }
    return String(try #require(line).trimmingPrefix("    ")).replacing("PASSWORD", with: "hush")
}

/// Makes the manual's user's Redis; the caller closes it.
func makeRedis(_ url: String) throws -> Redis {
    var endpoint = try RedisEndpoint(parsing: url)
    endpoint.username = "postrider"
    endpoint.password = "hush"
    return Redis(
        endpoint: endpoint, eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
}

/// Runs a body against a queue on a private, empty redis-server, as the user of the manual.
func withQueue(_ body: (JobQueue) async throws -> Void) async throws {
    // Tests alone let time pass.
    let server = try await RedisServer.start(configuration: [manualUser() + " +eval +keys"])
    let redis = try makeRedis(server.url)
    do {
        try await redis.connect()
        let queue = JobQueue(redis: redis)
        try await queue.shards[0].open()
        try await body(queue)
    } catch {
        await redis.close()
        await server.stop()
        throw error
    }
    await redis.close()
    await server.stop()
}

extension JobQueue {
    /// The shard of a queue that has but one.
    var only: QueueShard { shards[0] }

    /// Publishes a mailing and feeds `count` jobs into it, spread over `sites`.
    func fill(
        _ mailing: UInt32, count: UInt32, sites: [String] = ["example.com"], inDoubt: InDoubtPolicy = .resend
    ) async throws {
        var terms = MailingTerms()
        terms.inDoubt = inDoubt
        let id = MailingID(rawValue: mailing)
        try await publish(id, content: MailingContent(bytes: [1], version: "v"), terms: terms, paused: false)
        let result = try await only.enqueue(id, from: 0, to: count, jobs: (0..<count).map { job(mailing, $0, sites) })
        #expect(result == .moved)
    }

    func job(_ mailing: UInt32, _ ordinal: UInt32, _ sites: [String] = ["example.com"]) -> ClaimedJob {
        let site = sites[Int(ordinal) % sites.count]
        return ClaimedJob(
            job: DeliveryJob(
                id: .init(mailing: MailingID(rawValue: mailing), ordinal: ordinal),
                address: "user\(ordinal)@\(site)", fields: ["Ada", "Zoë"]),
            site: site)
    }

    func worker(_ name: String = "w") async throws -> WorkerID {
        try await only.register(name, lease: .seconds(60), description: "{}").get()
    }

    /// Lets a worker's lease run out now, as time alone would.
    func endLease(of worker: WorkerID) async throws {
        _ = try await only.command(
            ["ZADD", .init(only.keys.prefix + "leases"), "XX", "1", .init(worker.rawValue)]
        ).get()
    }

    /// Lets time pass for all that waits for its pace, its quota or its hours, as the clock alone would.
    func letPass(_ duration: Duration) async throws {
        let script = """
            local prefix, ms = KEYS[1], tonumber(ARGV[1])
            local function shift(key)
              local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
              for i = 1, #members, 2 do redis.call('ZADD', key, members[i + 1] - ms, members[i]) end
            end
            shift(prefix .. 'resting')
            for _, key in ipairs(redis.call('KEYS', prefix .. 'ready:*')) do shift(key) end
            local pace = redis.call('HGETALL', prefix .. 'pace')
            for i = 1, #pace, 2 do
              local state = pace[i + 1]
              local tat, rest = struct.unpack('<d', state) - ms, string.sub(state, 9)
              if rest ~= '' then
                local factor, learned, before, wait, blocked = struct.unpack('<ddddB', rest)
                rest = struct.pack('<ddddB', factor, learned, before - ms, wait, blocked)
              end
              redis.call('HSET', prefix .. 'pace', pace[i], struct.pack('<d', tat) .. rest)
            end
            for _, key in ipairs(redis.call('KEYS', prefix .. 'mailing:*')) do
              local tat, window = unpack(redis.call('HMGET', key, 'quota_tat', 'window'))
              if tat then redis.call('HSET', key, 'quota_tat', tat - ms) end
              if window then
                local shifted = string.gsub(window, '%d+', function(time) return string.format('%.0f', time - ms) end)
                redis.call('HSET', key, 'window', shifted)
              end
            end
            """
        _ = try await only.command(
            ["EVAL", .init(script), "1", .init(only.keys.prefix), .init(duration.wholeMilliseconds)]
        ).get()
    }

    func claimed(_ want: Int, by worker: WorkerID) async throws -> [DeliveryJob] {
        try await only.claim(want, for: worker).get().jobs.map(\.job)
    }

    /// Calls the reaper until it has returned the jobs of `worker`.
    func reap(untilGone worker: WorkerID) async throws -> (returned: Int, inDoubt: Int, dead: Int) {
        var total = (returned: 0, inDoubt: 0, dead: 0)
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            let report = try await only.reap()
            total.returned += report.returned
            total.inDoubt += report.inDoubt
            total.dead += report.dead
            if try await !status(of: []).workers.contains(where: { $0.id == worker }) { return total }
        }
        Issue.record("the reaper did not reach \(worker) within 10 s")
        return total
    }
}

/// A change of a job's status, as a worker would make it.
func change(_ job: DeliveryJob.ID, _ outcome: Outcome = .sent, reply: String = "250 2.0.0 Ok") -> StatusChange {
    StatusChange(
        job: job, time: UnixTime(milliseconds: 1_700_000_000_000), outcome: outcome, reason: .accepted, rule: "2x",
        phase: .dot, attempt: 1, reply: reply)
}
