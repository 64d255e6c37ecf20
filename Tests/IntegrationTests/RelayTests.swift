import Foundation
import TestSupport
import Testing

@Suite("A relay with TLS and a login", .serialized)
struct RelayTests {
    private let password = "geheim +/= ü"

    /// A campaign whose relay demands TLS and a login.
    private func makeRun(
        _ certificates: TestCertificates, _ arguments: [String], contacts: Int
    ) async throws -> CampaignRun {
        let passwordFile = certificates.path("password", "txt")
        try "\(password)\n".write(toFile: passwordFile, atomically: true, encoding: .utf8)
        let run = try await CampaignRun(
            simulatorArguments: [
                "--tls-certificate", certificates.path("server"), "--tls-key", certificates.path("server", "key"),
                "--login", "news@example.org", "--password-file", passwordFile,
            ] + arguments)
        try await run.prepareCampaign(addresses: (0..<contacts).map { "ok\($0)@site\($0 % 5).example" })
        return run
    }

    @Test(
        "every message arrives once, by STARTTLS and from the first byte on, the password from a file or the environment",
        .timeLimit(.minutes(5)), arguments: [false, true])
    func sends(_ isImplicit: Bool) async throws {
        let certificates = try await TestCertificates()
        let run = try await makeRun(
            certificates, isImplicit ? ["--implicit-tls", "--without", "CHUNKING"] : ["--require-tls"], contacts: 300)
        let scheme = isImplicit ? "smtps" : "smtp+starttls"
        var arguments = [
            "--relay", "\(scheme)://news%40example.org@127.0.0.1:\(run.relayPort)", "--relay-ca",
            certificates.path("ca"),
            "--source-address", "127.0.0.9", "--connections", "3",
        ]
        if !isImplicit { arguments += ["--relay-password-file", certificates.path("password", "txt")] }
        try run.startWorker(arguments, environment: isImplicit ? ["POSTRIDER_RELAY_PASSWORD": password] : [:])
        try await run.must(["campaign", "start", "c"])
        let end = try await run.finish(limit: .seconds(120))
        #expect(end.count("Sent") == 300)
        let accepted = try run.accepted()
        #expect(accepted.count == 300 && accepted.values.allSatisfy { $0 == 1 })
        try await run.must(["audit", "c"])
        try await run.stop()
    }

    @Test(
        "a wrong password or a bad certificate is nobody's outcome: jobs go back, the queue's status says why",
        .timeLimit(.minutes(5)),
        arguments: [(false, "our login was refused: 535"), (true, "not signed by an authority")])
    func fails(_ isUntrusted: Bool, _ words: String) async throws {
        let certificates = try await TestCertificates()
        let run = try await makeRun(certificates, [], contacts: 20)
        let relay = ["--relay", "smtp+starttls://news%40example.org@127.0.0.1:\(run.relayPort)"]
        try run.startWorker(
            relay + (isUntrusted ? [] : ["--relay-ca", certificates.path("ca")]),
            environment: ["POSTRIDER_RELAY_PASSWORD": isUntrusted ? password : "falsch"])
        try await run.must(["campaign", "start", "c"])
        try await poll("the status does not say why nothing is sent") {
            try await run.must(["queue", "status"]).contains(words)
        }
        let meanwhile = try await run.statistics()
        #expect(meanwhile.count("Queued") == 20 && meanwhile.attempts == 0)
        try run.startWorker(
            relay + ["--relay-ca", certificates.path("ca")], environment: ["POSTRIDER_RELAY_PASSWORD": password])
        #expect(try await run.finish(limit: .seconds(60)).count("Sent") == 20)
        try await run.stop()
    }

    @Test(
        "what a worker cannot make sense of it says before it starts, and no password",
        arguments: [
            (["--relay", "smtps://u@m.example"], "--relay-password-file"),
            (["--relay", "smtps://u:geheim@m.example"], "does not belong in a URL"),
            (["--relay", "smtps://m.example", "--relay-ca", "/no/such/file"], "/no/such/file"),
            (["--relay", "smtps://m.example", "--relay-verify", "maybe"], "name or none"),
            (["--relay", "smtps://m.example", "--source-address", "here"], "no IP address"),
            (["--relay", "smtps://u@m.example", "--relay-password-file", "/no/such/file"], "/no/such/file"),
        ])
    func usage(_ arguments: [String], _ words: String) async throws {
        let result = try await Postrider.run(["worker", "--redis", "redis://127.0.0.1:1"] + arguments)
        #expect(result.status != 0)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(!result.errors.contains("geheim"))
    }
}
