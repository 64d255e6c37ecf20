internal import ArgumentParser
internal import Delivery
internal import Foundation
internal import Inbound
internal import MailMessage

/// `postrider inbound parse`: what messages that came back say.
struct InboundParse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse", abstract: "Say what bounce messages and complaints mean, recipient by recipient.",
        discussion: """
            Prints one JSON object a line for each recipient that a message speaks of: its file, the recipient, the action of the \
            report, status and reply code, and the outcome with its reason and rule. The outcome is null where the contact's status does not \
            change. A message that names nobody has one object with recipient null. Directories are read with all files in \
            them; of a mailbox file, which begins with a From line, each message is read, and its number stands behind the file if there are several; - is standard input. A file that cannot be read is told and makes the exit status 1; the \
            others are read nevertheless. Needs no coordinator.

            Example:
              postrider inbound parse bounce.eml
              postrider inbound parse /var/mail/bounces/new | jq -r 'select(.outcome == "Bounced").recipient'
            """)

    @Argument(help: "Messages, mailbox files, directories of them, or - for standard input.")
    var files: [String]

    func run() throws {
        var hasProblem = false
        for path in files {
            do {
                try parse(path)
            } catch {
                StandardError.write("Error: \(error)")
                hasProblem = true
            }
        }
        if hasProblem { throw ExitCode.failure }
    }

    /// Reads one argument.
    private func parse(_ path: String) throws {
        if path == "-" {
            StandardInput.explain()
            return try Self.print(.standardInput, file: "-")
        }
        var problems: [any Error] = []
        for file in try MessageFile.files(at: path) {
            do {
                let handle = try InputFile.open(file)
                defer { try? handle.close() }
                try Self.print(handle, file: file)
            } catch {
                problems.append(error)
            }
        }
        for problem in problems.dropLast() { StandardError.write("Error: \(problem)") }
        if let last = problems.last { throw last }
    }

    /// Prints what the message of a file says, or what each does of a mailbox file.
    private static func print(_ handle: FileHandle, file: String) throws {
        let first = try MessageFile.read(handle)
        guard first.starts(with: "From ".utf8) else {
            return StandardOutput.writePart(try answer(first, file: file))
        }
        var splitter = MailboxFileSplitter(limit: ParseLimits.standard.messageBytes)
        var number = 0
        // A message that was saved with its From line is no mailbox: one alone has no number.
        var only: [UInt8]?
        func print(_ messages: [[UInt8]]) throws {
            for message in messages {
                number += 1
                if number == 1 {
                    only = message
                    continue
                }
                if let held = only { StandardOutput.writePart(try answer(held, file: "\(file)#1")) }
                only = nil
                StandardOutput.writePart(try answer(message, file: "\(file)#\(number)"))
            }
        }
        var piece = first
        try print(splitter.take(piece))
        // Less than was asked for is the end, which a terminal says once.
        while piece.count == ParseLimits.standard.messageBytes {
            piece = try MessageFile.read(handle)
            try print(splitter.take(piece))
        }
        try print(splitter.finish())
        if let only { StandardOutput.writePart(try answer(only, file: file)) }
    }

    /// One line for each finding of a message.
    static func answer(_ bytes: [UInt8], file: String) throws -> String {
        var text = ""
        let message = InboundMessage(reading: bytes)
        // A notice that names nobody still says what became of the message that it came back for.
        for finding in message.unnamedFinding.map({ [$0] }) ?? message.findings {
            text += try JSONLine.encode(FindingLine(file: file, finding: finding)) + "\n"
        }
        return text
    }
}

/// What is printed of a finding.
private struct FindingLine: Encodable {
    var file: String
    var recipient: String?
    var action: String?
    var status: String?
    var code: Int?
    var outcome: String?
    var reason: String?
    var rule: String?

    init(file: String, finding: InboundFinding) {
        self.file = file
        recipient = finding.recipient
        action = finding.action?.rawValue
        status = finding.status?.description
        code = finding.code.map(Int.init)
        outcome = finding.classification?.outcome?.name
        reason = finding.classification?.reason.rawValue
        rule = finding.classification?.rule
    }
}
