internal import ArgumentParser
internal import Delivery
internal import Foundation
internal import MailMessage

/// Measures what a message costs a worker's processor: the instrument of `scripts/bench --message`, not a part of Postrider.
@main
struct MessageBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message-bench", abstract: "Measures the CPU time of composing and signing one message.",
        discussion:
            "scripts/bench --message prints its JSON as a table, next to what openssl speed says of the same signatures."
    )

    @Option(help: "Messages in one repetition.")
    var count = 2000

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count is a number above 0.") }
    }

    func run() throws {
        let rsa = try DKIMSigner(domain: "example.org", selector: "r", key: .generate(.rsaSHA256))
        let ed25519 = try DKIMSigner(domain: "example.org", selector: "e", key: .generate(.ed25519SHA256))
        var report = Report(messageBytes: 0)
        for setting in [
            ("fields in text", MessageSample.text), ("fields, links, HTML", try .html),
            ("same body for all", .constant),
        ] {
            let sample = setting.1
            let message = try CompiledMessage(sample.template, tokenKey: sample.key)
            report.rows.append(
                Report.Row(
                    message: setting.0, bytes: MessageRun(message, signers: []).bytes,
                    unsigned: try measure(message, signers: [], count: count * 20),
                    ed25519: try measure(message, signers: [ed25519], count: count),
                    rsa: try measure(message, signers: [rsa], count: max(1, count / 10)),
                    both: try measure(message, signers: [rsa, ed25519], count: max(1, count / 10))))
        }
        report.messageBytes = report.rows.first?.bytes ?? 0
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    /// Microseconds of CPU for one message, over five repetitions after one to warm up.
    private func measure(_ message: CompiledMessage, signers: [DKIMSigner], count: Int) throws -> Report.Spread {
        var run = MessageRun(message, signers: signers)
        try run.compose(max(1, count / 10))
        var values: [Double] = []
        for _ in 0..<5 {
            let before = ProcessorTime.now
            try run.compose(count)
            values.append((ProcessorTime.now - before) / Double(count))
        }
        return Report.Spread(values)
    }
}

/// The CPU time of this process.
enum ProcessorTime {
    /// In microseconds.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1_000_000 + Double(time.tv_nsec) / 1000
    }
}
