internal import ArgumentParser
internal import Delivery
internal import Foundation

/// `postrider classify`: what a server's reply means.
struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Say which outcome a server's reply leads to, and by which rule.",
        discussion: """
            Prints one JSON object a line; the outcome is null where the reply changes nothing. Without a reply, lines of the form \
            phase<TAB>reply are read from standard input (with --phase, lines that are replies); \\n in such a line stands for a \
            line break of the reply. Needs no coordinator.

            With --explain it tells how it came to its answer: what it understood, the rule that decided with the words that \
            matched, and each rule that was passed over, with its conditions that failed.

            Example:
              postrider classify --phase rcpt "550 5.1.1 No such user here"
              postrider classify --explain --phase dot "550 5.7.1 Message refused: looks like spam"
              printf 'dot\\t554 5.7.1 Message looks like spam\\n' | postrider classify
            """)

    @Option(
        help: ArgumentHelp(
            "Where it was said: \(DeliveryPhase.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "phase"),
        transform: ArgumentReader.phase)
    var phase: DeliveryPhase?

    @Flag(help: "Tell how the answer was found.")
    var explain = false

    @Option(help: "With --explain: text for people, json for programs.")
    var format: OutputFormat?

    @Argument(help: "The reply as the server said it; none reads standard input.")
    var reply: [String] = []

    func validate() throws {
        guard reply.isEmpty || phase != nil else {
            throw ValidationError("say with --phase where the reply was given, such as --phase rcpt")
        }
        guard explain || format != .text else {
            throw ValidationError("--format text goes with --explain; without it, the answer is JSON")
        }
    }

    func run() throws {
        if let phase, !reply.isEmpty {
            return StandardOutput.write(try answer(Self.unescaped(reply.joined(separator: " ")), phase))
        }
        var reader = LineReader(.standardInput)
        var number = 0
        while let lines = try reader.nextLines() {
            var answer = ""
            defer { StandardOutput.writePart(answer) }
            for line in lines {
                number += 1
                let (phase, reply) = try question(String(decoding: line, as: UTF8.self), line: number)
                answer += try self.answer(Self.unescaped(reply), phase) + "\n"
            }
        }
    }

    /// Takes a line of standard input apart.
    private func question(_ line: String, line number: Int) throws -> (DeliveryPhase, String) {
        if let phase { return (phase, line) }
        let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw CommandError(
                "line \(number): there is no tab; a line is phase<TAB>reply, such as rcpt<TAB>550 5.1.1 No such user")
        }
        do {
            return (try ArgumentReader.phase(String(parts[0])), String(parts[1]))
        } catch {
            throw CommandError("line \(number): \(error)")
        }
    }

    private static func unescaped(_ reply: String) -> String {
        reply.replacingOccurrences(of: "\\n", with: "\n")
    }

    private func answer(_ reply: String, _ phase: DeliveryPhase) throws -> String {
        guard explain else { return Self.answer(reply, phase) }
        let explanation = ClassifyExplanation(
            OutcomeClassifier.standard.explain(SMTPReply(parsing: reply), phase: phase))
        return format == .json ? try JSONLine.encode(explanation) : explanation.page + "\n"
    }

    /// `{"outcome":…,"reason":…,"rule":…}` for a reply.
    static func answer(_ reply: String, _ phase: DeliveryPhase) -> String {
        let classification = OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: phase)
        var text = "{\"outcome\":"
        if let outcome = classification.outcome { JSONLine.append(outcome.name, to: &text) } else { text += "null" }
        text += ",\"reason\":"
        JSONLine.append(classification.reason.rawValue, to: &text)
        text += ",\"rule\":"
        JSONLine.append(classification.rule, to: &text)
        return text + "}"
    }
}
