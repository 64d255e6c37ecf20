import Foundation
import Testing

@testable import Contacts

@Suite("Reading CSV")
struct CSVReaderTests {
    /// Rows as lists of fields; a malformed one as its line and problem.
    private func rows(_ reader: consuming CSVReader) throws -> [[String]] {
        var rows: [[String]] = []
        while let row = try reader.next() {
            switch row {
            case .record: rows.append((0..<reader.record.count).map { reader.record.text($0) })
            case .malformed(let row): rows.append(["!", String(row.line), row.problem])
            }
        }
        return rows
    }

    static let readable: [(String, [[String]])] = [
        ("", []),
        ("\n\n", []),
        ("a", [["a"]]),
        ("a,b", [["a", "b"]]),
        ("a,b\n", [["a", "b"]]),
        ("a,b\r\n", [["a", "b"]]),
        ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
        ("a,b\nc,d\r\ne,f", [["a", "b"], ["c", "d"], ["e", "f"]]),
        ("\u{FEFF}a,b\n", [["a", "b"]]),
        ("\u{FEFF}\"a\",b\n", [["a", "b"]]),
        (",", [["", ""]]),
        (",\n,", [["", ""], ["", ""]]),
        ("a,\n", [["a", ""]]),
        ("\"\"\n", [[""]]),
        ("\"\",\"\"\n", [["", ""]]),
        ("\"a,b\",c\n", [["a,b", "c"]]),
        ("\"a\nb\",c\n", [["a\nb", "c"]]),
        ("\"a\r\nb\",c\r\nd,e", [["a\r\nb", "c"], ["d", "e"]]),
        ("\"say \"\"hi\"\"\",c\n", [["say \"hi\"", "c"]]),
        ("\"\"\"\"\n", [["\""]]),
        ("\"a\"", [["a"]]),
        ("\"a\"\r", [["a"]]),
        ("x,\"a\"\"\"\n", [["x", "a\""]]),
        (" a , b \n", [[" a ", " b "]]),
        ("5\" pipe,b\n", [["5\" pipe", "b"]]),
        ("a\n\n\nb\n", [["a"], ["b"]]),
        ("a\n   \n\t\nb\n", [["a"], ["b"]]),
        ("a\r\n\r\nb", [["a"], ["b"]]),
        ("Zoë,Łódź,日本,🎈\n", [["Zoë", "Łódź", "日本", "🎈"]]),
        ("\"Zoë\",\"日\n本\"\n", [["Zoë", "日\n本"]]),
    ]

    @Test("readable files come out field by field", arguments: readable)
    func reads(text: String, expected: [[String]]) throws {
        #expect(try rows(CSVReader(bytes: Array(text.utf8))) == expected)
    }

    @Test("the chunks in which a file is read make no difference", arguments: readable, [3, 4, 5, 7])
    func chunks(example: (String, [[String]]), size: Int) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("csv-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(example.0.utf8).write(to: url)
        #expect(try rows(CSVReader(path: url.path, chunkBytes: size)) == example.1)
    }

    @Test(
        "a malformed row is named by the line on which it begins, and reading goes on",
        arguments: [
            (
                "a\n\"b\nc,d",
                [["a"], ["!", "2", "a quoted field is never closed: the rest of the file belongs to it"]]
            ),
            ("a\n\"b\"c,d\ne", [["a"], ["!", "2", "text follows a closing quote"], ["e"]]),
            ("\"a\nb\"\n\"c\" ,d\ne", [["a\nb"], ["!", "3", "text follows a closing quote"], ["e"]]),
            ("a\0b\nc", [["!", "1", "it holds a NUL byte"], ["c"]]),
            ("\"a\0b\"\nc", [["!", "1", "it holds a NUL byte"], ["c"]]),
            ("a\rb\nc", [["!", "1", "a carriage return without a line feed"], ["c"]]),
            ("\"a\"\rb\nc", [["!", "1", "a carriage return without a line feed"], ["c"]]),
            ("\n\n\"x\ny\"\n\na\0\n", [["x\ny"], ["!", "6", "it holds a NUL byte"]]),
        ])
    func malformed(text: String, expected: [[String]]) throws {
        #expect(try rows(CSVReader(bytes: Array(text.utf8))) == expected)
    }

    @Test(
        "bytes that are not UTF-8 are named by field",
        arguments: [
            ([0x61, 0x2C, 0xFF, 0x0A], 2), ([0xC3, 0x2C, 0xA9, 0x0A], 1), ([0x61, 0xE6, 0x97, 0x0A], 1),
            ([0x22, 0xC3, 0x22, 0x0A], 1), ([0xED, 0xA0, 0x80, 0x0A], 1), ([0xC0, 0x80, 0x0A], 1),
        ] as [([UInt8], Int)])
    func notUTF8(bytes: [UInt8], field: Int) throws {
        #expect(
            try rows(CSVReader(bytes: bytes + [0x62])) == [["!", "1", "field \(field) is not valid UTF-8"], ["b"]])
    }

    @Test("a row without end is not held in memory")
    func endless() throws {
        let text = "a\n\"" + String(repeating: "x\n", count: CSVReader.maximumRowBytes)
        let found = try rows(CSVReader(bytes: Array(text.utf8)))
        #expect(found == [["a"], ["!", "2", "it is longer than 1 MiB: is a quote not closed?"]])
    }

    @Test("a file that is not there is named")
    func missing() throws {
        let error = #expect(throws: ContactBookError.self) { _ = try CSVReader(path: "/nonexistent/file.csv") }
        #expect(error?.code == .malformedFile)
        #expect(error?.message.contains("/nonexistent/file.csv") == true)
    }

    @Test(
        "white space around a field can be trimmed", arguments: [(" a b\t", "a b"), ("", ""), ("  ", ""), ("x", "x")])
    func trimming(text: String, expected: String) throws {
        var reader = CSVReader(bytes: Array("\"\(text)\"".utf8))
        _ = try reader.next()
        #expect(reader.record.trimmedText(0) == expected)
    }
}
