import Foundation
import Testing

@testable import Simulator

@Suite("Parts of the simulator's log")
struct SimulatorLogTests {
    @Test(
        "texts become JSON strings", arguments: ["", "plain", "a\"b\\c", "\r\n\t\u{0}\u{1f}\u{7f}", "é漢🙂", "\u{2028}"])
    func json(_ text: String) throws {
        var bytes: [UInt8] = []
        bytes.append(json: text)
        #expect(try JSONDecoder().decode(String.self, from: Data(bytes)) == text)
        #expect(!bytes.contains { $0 < 0x20 })
    }

    @Test(
        "times are ISO 8601 in UTC with milliseconds",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (1_709_210_096, 7, "2024-02-29T12:34:56.007Z"),
            (4_102_444_799, 999, "2099-12-31T23:59:59.999Z"),
        ])
    func time(_ second: Int, _ millisecond: Int, _ text: String) {
        var clock = LogClock()
        for _ in 0..<2 {
            var bytes: [UInt8] = []
            clock.append(second: second, millisecond: millisecond, to: &bytes)
            #expect(String(decoding: bytes, as: UTF8.self) == text)
        }
    }

    @Test(
        "the Message-ID is found in the header only",
        arguments: [
            ("Message-ID: <a@b>\r\n\r\n", "<a@b>"), ("Subject: x\r\nMESSAGE-Id:<a@b> \r\n\r\n", "<a@b>"),
            ("Message-ID:\r\n <a@b>\r\n\r\n", "<a@b>"), ("Subject: x\nMessage-ID: <a@b>\n\n", "<a@b>"),
            ("Subject: x\r\n\r\nMessage-ID: <a@b>\r\n", nil), ("X-Message-ID: <a@b>\r\n\r\n", nil), ("", nil),
            ("Message-ID: <cut", nil), ("Message-ID:\r\n\r\n", nil),
        ] as [(String, String?)])
    func messageID(_ text: String, _ expected: String?) {
        #expect(Array(text.utf8).withUnsafeBytes { MessageIDFinder.messageID(in: $0) } == expected)
    }

    @Test("lines are appended whole to what is in the file")
    func append() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID()).ndjson").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        for name in ["a", "b"] {
            let log = try SimulatorLog(path: path)
            try log.add(.init(sender: name, recipient: "r", messageID: nil, bytes: 1, reply: ""))
            try log.close()
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 2)
        #expect(text.hasSuffix("\"sender\":\"b\",\"recipient\":\"r\",\"messageID\":null,\"bytes\":1,\"reply\":\"\"}\n"))
    }
}
