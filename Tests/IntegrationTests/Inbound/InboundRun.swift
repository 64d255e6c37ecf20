import Delivery
import Foundation
import GRDB
import MailMessage
import TestSupport
import Testing

/// A campaign that was sent to everybody, and the receiving service for what comes back of it.
final class InboundRun {
    static let domain = "bounce.example.org"

    let run: CampaignRun
    let port: Int
    private(set) var service: PostriderProcess
    private let arguments: [String]
    private let keys: TokenKeys

    /// Sends a campaign to `contacts` people who accept it, and starts `postrider inbound`.
    ///
    /// - Parameter redis: the address of a Redis that is not the coordinator's own.
    init(contacts: Int, redis: String? = nil, arguments: [String] = []) async throws {
        let elsewhere = redis.map { ["--redis", $0] } ?? []
        run = try await CampaignRun(coordinatorArguments: elsewhere)
        try await run.prepareCampaign(addresses: (0..<contacts).map { "ok\($0)@site.example" })
        try run.startWorker(elsewhere)
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finish(limit: .seconds(120)).count("Sent") == contacts)
        port = try #require(RedisServer.freePort())
        keys = try TokenKeys(file: run.data + "/" + TokenKeys.fileName)
        self.arguments =
            ["inbound", "--data", run.data, "--listen", "127.0.0.1:\(port)", "--domain", Self.domain] + elsewhere
            + arguments
        service = try PostriderProcess(self.arguments)
        try await ready()
    }

    private func ready() async throws {
        try await poll("inbound does not come up: \(service.errors)") { service.output.contains("is ready at") }
    }

    /// Kills the service and starts another on the same port.
    func replaceService() async throws {
        service.signal(SIGKILL)
        try await service.wait()
        service = try PostriderProcess(arguments)
        try await ready()
    }

    /// Stops the service in order; answers what it said at the end.
    func stopService() async throws -> String {
        service.signal(SIGTERM)
        #expect(try await service.wait() == 0, "\(service.errors)")
        return service.output
    }

    func stop() async throws {
        service.signal(SIGTERM)
        try await service.wait()
        try await run.stop()
    }

    /// The return path of a contact's message.
    func returnPath(_ contact: Int) -> String {
        ReturnPath.address(for: Self.job(contact), domain: Self.domain, key: keys.current)
    }

    func unsubscribeAddress(_ contact: Int) -> String {
        UnsubscribeAddress.address(for: Self.job(contact), domain: Self.domain, key: keys.current)
    }

    /// A bounce message about a contact, that there is no such user.
    func bounce(_ contact: Int, status: String = "5.1.1") -> BounceSender.Bounce {
        BounceSender.Bounce(
            returnPath: returnPath(contact), message: Self.report(contact, to: returnPath(contact), status))
    }

    static func job(_ contact: Int) -> DeliveryJob.ID {
        DeliveryJob.ID(mailing: MailingID(rawValue: 1), ordinal: UInt32(contact))
    }

    static func report(_ contact: Int, to address: String, _ status: String = "5.1.1") -> String {
        """
        From: MAILER-DAEMON@mx.site.example
        To: \(address)
        Subject: Undelivered Mail Returned to Sender
        Date: Thu, 26 Nov 2026 10:00:00 +0000
        Message-ID: <\(contact)@mx.site.example>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: text/plain

        Your message could not be delivered.

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.site.example

        Final-Recipient: rfc822; ok\(contact)@site.example
        Action: failed
        Status: \(status)

        --b--
        """
    }

    private static var reading: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        return configuration
    }

    /// The most memory that the service has had so far, in bytes.
    func peakMemory() throws -> Int { try #require(Self.peakMemory(of: service.pid)) }

    /// The most memory that a process has had so far, in bytes; `nil` when it is gone.
    static func peakMemory(of pid: Int32) -> Int? {
        let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        return status?.firstMatch(of: /VmHWM:\s+([0-9]+) kB/).flatMap { Int($0.1) }.map { $0 * 1024 }
    }

    /// How many events the contact book has taken in, by what became of them.
    func fates() throws -> [String: Int] {
        let book = try DatabaseQueue(path: run.data + "/book.sqlite", configuration: Self.reading)
        return try book.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT kind, sum(count) FROM inbound_counts GROUP BY kind")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
        }
    }

    /// How many lines of history each delivery has that say it bounced.
    func bouncesByDelivery() throws -> [Int: Int] {
        let book = try DatabaseQueue(path: run.data + "/book.sqlite", configuration: Self.reading)
        return try book.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT ordinal, count(*) FROM history WHERE outcome = ? GROUP BY ordinal",
                arguments: [Outcome.bounced.rawValue])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as Int, $0[1] as Int) })
        }
    }

    /// Waits until the contact book has so many contacts with an outcome.
    func waitFor(_ outcome: String, _ count: Int) async throws {
        try await poll("\(count) are not \(outcome): \(run.coordinator.errors) \(service.errors)") {
            try await run.statistics().count(outcome) == count
        }
    }
}
