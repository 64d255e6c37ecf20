import Delivery
import Foundation
import Testing

@testable import Contacts

@Suite("Files of mailings")
struct MessageFilesTests {
    private let files = [
        MailingFile(name: "b.png", type: "image/png", isInline: true, content: Data([0, 1, 255])),
        MailingFile(name: "a.txt", type: "text/plain", isInline: false, content: Data()),
    ]

    @Test("files come back in their order, and are replaced only when others are given, and only in a draft")
    func replaced() async throws {
        let fixture = try BookFixture()
        let book = fixture.book
        try await fixture.importText("email\na@example.org\n")
        let campaign = try await book.createCampaign(
            name: "files", list: "people", template: "{}", retry: "{}", files: files, at: BookFixture.now)
        let id = campaign.mailings[0].id
        #expect(try await book.files(of: id) == files)
        try await book.setMessage(id, template: "{\"a\":1}", files: nil)
        #expect(try await book.files(of: id) == files)
        #expect(try await book.mailing(id).template == "{\"a\":1}")
        try await book.setMessage(id, template: "{}", files: [files[1]])
        #expect(try await book.files(of: id) == [files[1]])
        try await book.start(id, at: BookFixture.now)
        let error = await #expect(throws: ContactBookError.self) {
            try await book.setMessage(id, template: "{}", files: [])
        }
        #expect(error?.code == .wrongState)
    }
}
