import Testing

@testable import Inbound

@Suite("The addresses of mailboxes on servers")
struct MailboxServerTests {
    private func server(_ text: String, _ kind: MailboxServer.Kind = .imap) throws -> MailboxServer {
        try MailboxServer(parsing: text, kind: kind, password: "secret")
    }

    @Test("an address names scheme, user, host, port and mailbox")
    func whole() throws {
        let server = try server("imaps://ann%40example.org@mail.example.org:1993/Bounces%20here")
        #expect(server.base == "imaps://mail.example.org:1993")
        #expect(server.user == "ann@example.org" && server.folder == "Bounces%20here")
        #expect(server.requiresTLS)
        #expect(try self.server("pop3://ann@[::1]", .pop3).requiresTLS == false)
        #expect(try self.server("imap://ann@mail.example.org").folder == "INBOX")
    }

    @Test(
        "what is no address of a mailbox is refused, and so is a password in it",
        arguments: [
            "imaps://mail.example.org", "https://ann@mail.example.org", "pop3s://ann@mail.example.org", "imaps://",
            "imaps://ann:secret@mail.example.org", "ann@mail.example.org",
        ])
    func refused(text: String) {
        let error = #expect(throws: MailboxServer.Problem.self) { try server(text) }
        #expect(error?.description.contains("secret") != true || !text.contains("secret"))
    }

    @Test("the numbers of an answer are read, and nothing else")
    func numbers() {
        let search = "* SEARCH 3 15 4294967295\r\n* 5 EXISTS\r\n* SEARCH\r\n* SEARCH x 7\r\n"
        #expect(IMAPMailbox.numbers(inSearchResult: Array(search.utf8)) == [3, 15, 4_294_967_295, 7])
        let unique = "1 QhdPYR:00WBw1Ph7x7\r\n2 x\r\n\r\nthree y\r\n4\r\n"
        #expect(POP3Mailbox.messages(inUniqueList: Array(unique.utf8)) == ["QhdPYR:00WBw1Ph7x7": 1, "x": 2])
    }
}
