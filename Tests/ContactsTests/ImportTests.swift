import Delivery
import Synchronization
import Testing

@testable import Contacts

@Suite("Importing contacts")
struct ImportTests {
    @Test("rows become contacts with their fields, in the file's order")
    func basic() async throws {
        let fixture = try BookFixture()
        let report = try await fixture.importText(
            "\u{FEFF}Email , first name,city\r\nada@example.org,Ada,\"Zürich, CH\"\r\nbob@example.org,Bob,\"a\nb\"\r\n")
        #expect((report.rows, report.added, report.updated, report.invalid, report.duplicates) == (2, 2, 0, 0, 0))
        let contacts = try await fixture.book.contacts(inList: "people")
        #expect(contacts.map(\.address) == ["ada@example.org", "bob@example.org"])
        #expect(contacts[0].fields == ["first name": "Ada", "city": "Zürich, CH"])
        #expect(contacts[1].fields == ["first name": "Bob", "city": "a\nb"])
        #expect(contacts.allSatisfy { $0.lastStatus == nil })
        let list = try await fixture.book.list(named: "people")
        #expect(list.columns == ["first name", "city"])
        #expect(list.contacts == 2)
        #expect(list.lastImport?.state == .complete)
        #expect(list.lastImport?.rows == 2)
    }

    @Test("importing the same file again doubles nobody and updates fields")
    func again() async throws {
        let fixture = try BookFixture()
        let text = "email,name\na@x.org,A\nb@x.org,B\nA@X.org,A2\nnot an address,N\n,E\na@x.org,A3\n"
        let first = try await fixture.importText(text)
        #expect((first.added, first.updated, first.invalid, first.duplicates) == (6, 0, 2, 2))
        #expect(first.invalidAddresses.map(\.line) == [5, 6])
        #expect(first.invalidAddresses.map(\.address) == ["not an address", ""])
        let second = try await fixture.importText(text.replacing("A2", with: "A22"))
        #expect((second.added, second.updated, second.invalid, second.duplicates) == (0, 6, 2, 2))
        let contacts = try await fixture.book.contacts(inList: "people")
        #expect(contacts.map(\.occurrence) == [1, 1, 2, 1, 1, 3])
        #expect(contacts.map { $0.fields["name"] } == ["A", "B", "A22", "N", "E", "A3"])
        // One more of the same key is the next occurrence; another list is another matter.
        let third = try await fixture.importText("email,city\na@x.org,1\na@x.org,2\na@x.org,3\na@x.org,4\n")
        #expect((third.added, third.updated) == (1, 3))
        let other = try await fixture.importText(text, list: "others")
        #expect(other.added == 6)
        #expect(try await fixture.book.list(named: "people").columns == ["name", "city"])
        #expect(try await fixture.book.lists().map(\.name) == ["others", "people"])
    }

    @Test("rows are told apart as new and known whatever was written to the book before")
    func newOrKnown() async throws {
        let fixture = try BookFixture()
        for _ in 0..<5 { try await fixture.importText("email\na@x.org\nb@x.org\n") }
        let report = try await fixture.importText("email\na@x.org\nc@x.org\nb@x.org\nd@x.org\n")
        #expect((report.added, report.updated) == (2, 2))
        #expect(try await fixture.book.audit().isBalanced)
    }

    @Test("the same address thousands of times is no trouble")
    func manyRepeats() async throws {
        let fixture = try BookFixture()
        let text = "email\n" + String(repeating: "a@x.org\n", count: 12_000)
        let first = try await fixture.importText(text)
        #expect((first.added, first.duplicates) == (12_000, 11_999))
        let second = try await fixture.importText(text)
        #expect((second.added, second.updated) == (0, 12_000))
    }

    @Test("a file with malformed rows is refused as a whole, the rows named")
    func malformed() async throws {
        let fixture = try BookFixture()
        let text = "email,name\na@x.org,A\nb@x.org\n\"c\"@x.org,C\nd@x.org,D,E\n"
        let error = try await #require(throws: ContactBookError.self) { try await fixture.importText(text) }
        #expect(error.code == .malformedFile)
        #expect(error.malformedCount == 3)
        #expect(
            error.malformedRows.map(\.description) == [
                "line 3: it has 1 field, the header has 2", "line 4: text follows a closing quote",
                "line 5: it has 3 fields, the header has 2",
            ])
        #expect(try await fixture.book.lists().isEmpty)

        let report = try await fixture.importText(text, skipMalformed: true)
        #expect((report.rows, report.malformed) == (1, 3))
        #expect(report.malformedRows == error.malformedRows)
    }

    @Test(
        "a header that cannot be used is refused",
        arguments: [
            ("", "empty"), ("name\nx\n", "no column named “email”"), ("email;name\nx;y\n", "commas"),
            ("email,name,Name\n", "two columns named “Name”"), ("email,,x\n", "Column 2"),
            ("\"email\n", "header cannot"),
        ])
    func badHeader(text: String, word: String) async throws {
        let fixture = try BookFixture()
        let error = try await #require(throws: ContactBookError.self) { try await fixture.importText(text) }
        #expect(error.code == .badHeader)
        #expect(error.message.contains(word), "\(error.message)")
    }

    @Test("a bad list name is refused", arguments: ["", " people", "a\nb", String(repeating: "x", count: 101)])
    func badName(name: String) async throws {
        let fixture = try BookFixture()
        let error = try await #require(throws: ContactBookError.self) {
            try await fixture.importText("email\n", list: name)
        }
        #expect(error.code == .badName)
    }

    @Test("an import broken off in the middle marks the list, refuses a start, and is completed by running it again")
    func interrupted() async throws {
        let fixture = try BookFixture()
        let text = "email\n" + (0..<12_000).map { "p\($0)@x.org\n" }.joined()
        let path = try fixture.file(text)
        let book = fixture.book
        let task = Task {
            let work = Mutex<Bool>(false)
            return try await book.importCSV(path: path, list: "people", at: BookFixture.now) { progress in
                if progress.step == .applying,
                    work.withLock({
                        let was = $0; $0 = true; return !was
                    })
                {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        let list = try await book.list(named: "people")
        #expect(list.lastImport?.state == .interrupted)
        #expect(list.contacts == ContactBook.importChunk)

        let campaign = try await book.createCampaign(
            name: "survey", list: "people", template: "{}", retry: "{}", at: BookFixture.now)
        let error = try await #require(throws: ContactBookError.self) {
            try await book.start(campaign.mailings[0].id, at: BookFixture.now)
        }
        #expect(error.code == .importInterrupted)

        let report = try await book.importCSV(path: path, list: "people", at: BookFixture.now)
        #expect((report.added, report.updated) == (7_000, 5_000))
        try await book.start(campaign.mailings[0].id, at: BookFixture.now)
    }

    @Test("an import that a crash broke off is found when the book is opened")
    func crashed() async throws {
        let fixture = try BookFixture()
        try await fixture.importText("email\na@x.org\n")
        try await fixture.corrupt("UPDATE imports SET state = 'applying', finished = NULL")
        let error = try await #require(throws: ContactBookError.self) {
            try await fixture.importText("email\na@x.org\n")
        }
        #expect(error.code == .importRunning)
        try fixture.reopen()
        #expect(try await fixture.book.list(named: "people").lastImport?.state == .interrupted)
        #expect(try await fixture.importText("email\na@x.org\n").updated == 1)
        #expect(try await fixture.book.list(named: "people").lastImport?.state == .complete)
    }
}
