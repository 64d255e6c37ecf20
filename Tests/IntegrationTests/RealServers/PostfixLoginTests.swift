import Foundation
import TestSupport
import Testing

/// Campaigns through a real Postfix that lets in only who logs in.
@Suite("Logins at a real Postfix", .serialized, .timeLimit(.minutes(3)))
struct PostfixLoginTests {
    /// The arguments of a worker that logs in there.
    private func relay(_ server: MailServer, _ door: MailServer.Door, password: String, _ run: CampaignRun) throws
        -> [String]
    {
        try run.write("password", password + "\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: run.path("password"))
        return [
            "--relay", "smtp+starttls://news@127.0.0.1:\(server.port(door))", "--relay-ca",
            server.certificates.path("ca"),
            "--relay-password-file", run.path("password"),
        ]
    }

    @Test(
        "by AUTH PLAIN, and by AUTH LOGIN where that is all there is, mail goes out",
        arguments: [MailServer.Door.auth, .login])
    func right(door: MailServer.Door) async throws {
        let server = try await MailServer(.postfix)
        let run = try await CampaignRun()
        try await run.prepareCampaign(addresses: ["alice@example.net", "bob@elsewhere.example"])
        try run.startWorker(relay(server, door, password: "hush hush", run))
        try await run.must(["campaign", "start", "c"])
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 2, "\(run.workers[0].errors)\n\(server.log)")
        let method = door == .login ? "sasl_method=LOGIN, sasl_username=news" : "sasl_method=PLAIN, sasl_username=news"
        #expect(server.log.contains(method), "\(server.log)")
        #expect(!run.workers[0].errors.contains("hush"))
        try await run.stop()
        await server.stop()
    }

    @Test(
        "a wrong password is our fault and nobody's outcome: all waits, the queue says why, and goes on once it is mended"
    )
    func wrong() async throws {
        let server = try await MailServer(.postfix)
        let run = try await CampaignRun()
        try await run.prepareCampaign(addresses: ["alice@example.net", "bob@elsewhere.example"])
        let worker = try run.startWorker(relay(server, .auth, password: "hush", run))
        try await run.must(["campaign", "start", "c"])
        try await poll("the queue does not say what is wrong: \(worker.errors)") {
            try await run.must(["queue", "status"]).contains("our login was refused: 535 5.7.8")
        }
        let numbers = try await run.statistics()
        #expect(numbers.count("Queued") == 2 && numbers.attempts == 0)
        worker.signal(SIGTERM)
        try await worker.wait()
        try run.startWorker(relay(server, .auth, password: "hush hush", run))
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 2, "\(server.log)")
        try await run.must(["audit"])
        try await run.stop()
        await server.stop()
    }
}
