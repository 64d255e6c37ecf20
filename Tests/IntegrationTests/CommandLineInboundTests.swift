import Foundation
import TestSupport
import Testing

@Suite("Reading bounce messages on the command line")
struct CommandLineInboundTests {
    private static let notice = """
        From: MAILER-DAEMON@mail.example.net
        To: survey@example.org
        Subject: failure notice

        <ann@example.net>:
        Remote host said: 550 5.1.1 no such user
        """

    @Test("inbound parse prints an object for each recipient, keys in the order of the documentation")
    func file() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("bounce.eml", Self.notice)
        let run = try await Postrider.run(["inbound", "parse", file])
        #expect(run.status == 0)
        #expect(
            run.output
                == #"{"file":"\#(file)","recipient":"ann@example.net","action":"failed","status":"5.1.1","code":550,"#
                + #""outcome":"Bounced","reason":"no_such_user","rule":"5m"}"# + "\n")
    }

    @Test("standard input is one message; one in which nothing is found has a line all the same")
    func standardInput() async throws {
        let run = try await Postrider.run(["inbound", "parse", "-"], input: "Subject: hello\n\nHello.\n")
        #expect(run.status == 0)
        #expect(
            run.output
                == #"{"file":"-","recipient":null,"action":null,"status":null,"code":null,"outcome":null,"reason":null,"rule":null}"#
                + "\n")
    }

    @Test("of a mailbox file each message is read, by file and from standard input")
    func mailboxFile() async throws {
        let directory = try TemporaryDirectory()
        let messages = (1...3).map { number in
            "From x Thu Nov 26 10:00:00 2026\n\(Self.notice.replacingOccurrences(of: "ann@", with: "ann\(number)@"))\n\n"
        }
        let text = messages.joined()
        let file = try directory.file("bounces.mbox", text)
        for (name, input) in [(file, ""), ("-", text)] {
            let run = try await Postrider.run(["inbound", "parse", name], input: input)
            #expect(run.status == 0, "\(run.errors)")
            let lines = run.output.split(separator: "\n")
            #expect(lines.count == 3)
            for (index, line) in lines.enumerated() {
                #expect(line.hasPrefix(#"{"file":"\#(name)#\#(index + 1)","recipient":"ann\#(index + 1)@example.net""#))
            }
        }
    }

    @Test("a directory is read whole, and a file that is not there neither goes unnoticed nor stops the others")
    func directory() async throws {
        let directory = try TemporaryDirectory()
        let first = try directory.file("1.eml", Self.notice)
        _ = try directory.file("2.eml", Self.notice)
        _ = try directory.file(".hidden", Self.notice)
        let missing = first + ".missing"
        let run = try await Postrider.run([
            "inbound", "parse", missing, URL(fileURLWithPath: first).deletingLastPathComponent().path,
        ])
        #expect(run.status == 1)
        #expect(run.output.split(separator: "\n").count == 2)
        #expect(run.errors.contains("there is no file \(missing)"))
    }
}
