import Foundation
import RedisClient
import TestSupport
import Testing

@testable import JobQueue

/// What the simulator decided about one recipient, with its time in seconds.
struct Decision {
    var time: TimeInterval
    var recipient: String
    var messageID: String?
    var reply: String

    var site: Substring { recipient.split(separator: "@").last ?? "" }
    var isAccepted: Bool { reply.hasPrefix("250") }
}

extension CampaignRun {
    /// Creates and starts no more than that: a campaign of this name to a list of its own, with delays of a second or two.
    ///
    /// - Parameter options: what `campaign create` takes further.
    func createCampaign(_ name: String, to addresses: [String], _ options: [String] = []) async throws {
        try write("\(name).csv", "email,firstName\n" + addresses.map { "\($0),Zoë\n" }.joined())
        try write("text.txt", "Hello {{firstName}},\n\nwill you tell us what you think?\n")
        try write("retry.yaml", "deferred: [1s, 2s]\nsoftBounced: [1s, 1s]\nmaximumAge: 10m\njitter: 0.1\n")
        try await must(["contacts", "import", path("\(name).csv"), "--list", name])
        try await must(["licences", "add", "\(addresses.count)"])
        try await must(
            [
                "campaign", "create", name, "--list", name, "--from", "Survey <s@example.org>", "--subject",
                "Hi {{firstName}}", "--text", path("text.txt"), "--retry", path("retry.yaml"),
            ] + options)
    }

    /// Waits until campaigns have ended, and answers their numbers.
    @discardableResult
    func finish(_ names: [String], limit: Duration = .seconds(120)) async throws -> [Statistics] {
        var ends: [Statistics] = []
        for name in names {
            try await poll("campaign \(name) does not end: \(coordinator.errors)", limit: limit) {
                try await statistics(of: name).state == "finished"
            }
            ends.append(try await statistics(of: name))
        }
        let audit = try await run(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
        return ends
    }

    /// All that the simulator has decided, in order; the log is some moments behind.
    func decisions() throws -> [Decision] {
        struct Line: Decodable {
            var time: String
            var recipient: String
            var messageID: String?
            var reply: String
        }
        let text = try String(contentsOf: log, encoding: .utf8)
        // What stands behind the last line's end is half a line, if anything.
        guard let end = text.lastIndex(of: "\n") else { return [] }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return try text[..<end].split(separator: "\n").map {
            let line = try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            return Decision(
                time: try Date(line.time, strategy: style).timeIntervalSince1970, recipient: line.recipient,
                messageID: line.messageID, reply: line.reply)
        }
    }

    /// Waits until the log has so many accepted messages, and answers all decisions.
    func decisions(accepted count: Int) async throws -> [Decision] {
        try await poll("the simulator's log is not complete", limit: .seconds(5)) {
            try acceptances().count >= count
        }
        return try decisions()
    }

    /// How often workers ask the embedded Redis for jobs, and how many commands it gets in all, over some seconds.
    func demand(overSeconds seconds: Int) async throws -> (claims: Int, commands: Int) {
        let monitor = "timeout \(seconds) redis-cli -s '\(data)/redis.sock' monitor || test $? = 124"
        let lines = try await Tool.run(["sh", "-c", monitor]).split(separator: "\n")
        // What a script does itself is marked so.
        let commands = lines.filter { $0.contains("] \"") && !$0.contains(" lua] ") }
        #expect(!commands.isEmpty)
        return (commands.count { $0.contains("\"EVALSHA\" \"\(QueueScripts.claim.sha1)\"") }, commands.count)
    }
}

/// The most events that there were in any window above what an allowance permits, for events in order.
///
/// - Parameters:
///   - burst: Events allowed at once.
///   - interval: Seconds per further event.
///   - tolerance: How much closer, in seconds, events may be than they were let go.
func excess(of times: [TimeInterval], burst: Int, interval: TimeInterval, tolerance: TimeInterval) -> Int {
    var most = Int.min
    for (first, start) in times.enumerated() {
        for (last, end) in times.enumerated().dropFirst(first) {
            let allowed = burst + Int((end - start + tolerance) / interval)
            most = max(most, last - first + 1 - allowed)
        }
    }
    return most
}
