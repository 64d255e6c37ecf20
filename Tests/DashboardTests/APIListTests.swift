import Contacts
import Dashboard
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@Suite("Lists and imports over the API")
struct APIListTests {
    @Test("an import is counted, and its contacts come in pages")
    func importing() async throws {
        try await APIFixture.with { api in
            let response = try await api.importFile(
                "email,name\na@x.example,A\nb@x.example,B\nno at,C\na@x.example,A\n")
            let report = try #require(try APIFixture.decode(response, as: APIImport.self).report)
            #expect(report.added == 4)
            #expect(report.invalid == 1)
            #expect(report.duplicates == 1)

            let lists: APILists = try await api.get(APIRoute.lists)
            #expect(lists.lists.map(\.name) == ["people"])
            let first: APIContactPage = try await api.get(APIRoute.contacts(list: "people") + "?limit=3")
            #expect(first.contacts.map(\.address) == ["a@x.example", "b@x.example", "no at"])
            let next = try #require(first.next)
            let second: APIContactPage = try await api.get(APIRoute.contacts(list: "people") + "?limit=3&after=\(next)")
            #expect(second.contacts.map(\.address) == ["a@x.example"])
            #expect(second.next == nil)
        }
    }

    @Test("a malformed file is refused with its rows, and nothing of it is kept")
    func malformed() async throws {
        try await APIFixture.with { api in
            let response = try await api.importFile("email,name\na@x.example,A\nb@x.example,\"B\n")
            #expect(response.status == .badRequest)
            let report = try JSONDecoder().decode(APIErrorReport.self, from: Data(response.body.readableBytesView))
            #expect(report.error.code == "malformed_file")
            #expect(report.error.rows?.map(\.line) == [3])
            #expect(report.error.rowCount == 1)
            let lists: APILists = try await api.get(APIRoute.lists)
            #expect(lists.lists.isEmpty)
        }
    }

    @Test("a file without a column of addresses is refused")
    func noEmailColumn() async throws {
        try await APIFixture.with { api in
            let response = try await api.importFile("mail,name\na@x.example,A\n")
            #expect(response.status == .badRequest)
            #expect(String(buffer: response.body).contains("email"))
        }
    }

    @Test("names with slashes, spaces and other letters go through the path")
    func names() async throws {
        try await APIFixture.with { api in
            let name = "Zürich/50 % Ost?"
            _ = try await api.importFile("email\na+b@x.example\n", list: name)
            let page: APIContactPage = try await api.get(APIRoute.contacts(list: name))
            #expect(page.contacts.map(\.list) == [name])
            let history: ContactHistory = try await api.get(APIRoute.contact("a+b@x.example"))
            #expect(history.contacts.count == 1)
        }
    }

    @Test(
        "what does not exist or makes no sense is named",
        arguments: [
            (APIRoute.contacts(list: "nobody"), 404, "not_found", "nobody"),
            (APIRoute.contacts(list: "people") + "?status=Lost", 400, "bad_input", "Soft Bounced"),
            (APIRoute.contacts(list: "people") + "?limit=0", 400, "bad_input", "limit"),
            (APIRoute.contacts(list: "people") + "?after=x", 400, "bad_input", "after"),
            (APIRoute.contact("nobody@x.example"), 404, "not_found", "contact"),
            (APIRoute.importProgress(77), 404, "not_found", "77"),
            (APIRoute.audit + "?campaign=none", 404, "not_found", "none"),
            (APIRoute.prefix + "/nothing", 404, "not_found", "/nothing"),
        ])
    func refusals(path: String, status: Int, code: String, word: String) async throws {
        try await APIFixture.with { api in
            _ = try await api.importFile("email\na@x.example\n")
            let refusal = try await api.refusal(path)
            #expect(refusal.status == status)
            #expect(refusal.error.code == code)
            #expect(refusal.error.message.contains(word), "\(refusal.error.message)")
        }
    }
}
