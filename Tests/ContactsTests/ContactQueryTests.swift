import Delivery
import Foundation
import Testing

@testable import Contacts

@Suite("Asking for contacts")
struct ContactQueryTests {
    @Test("the filter by last status follows the newest news in any list; a duplicate has a status of its own")
    func lastStatus() async throws {
        let fixture = try BookFixture()
        let first = try await fixture.fed(["a@x.org", "b@x.org", "c@x.org", "a@x.org", "bad"])
        try await fixture.importText("email\nz@x.org\na@x.org\n", list: "others")
        try await fixture.book([change(first, 0, .sent, .accepted), change(first, 1, .softBounced, .mailboxFull)])
        func addresses(_ status: [Outcome]?, list: String = "people") async throws -> [String] {
            try await fixture.book.contacts(inList: list, lastStatus: status).map { "\($0.address)#\($0.occurrence)" }
        }
        #expect(try await addresses([.sent]) == ["a@x.org#1"])
        #expect(try await addresses([.duplicated]) == ["a@x.org#2"])
        #expect(try await addresses([.softBounced, .queued]) == ["b@x.org#1", "c@x.org#1"])
        #expect(try await addresses([.invalid]) == ["bad#1"])
        #expect(try await addresses([.spam]).isEmpty)
        #expect(try await addresses([]).isEmpty)
        #expect(try await addresses(nil).count == 5)
        #expect(try await addresses([.sent], list: "others") == ["a@x.org#1"])
        let untouched = try await fixture.book.contacts(inList: "others")
        #expect(untouched.map(\.lastStatus) == [nil, "Sent"])

        // A later mailing brings newer news, to the other list's contact too.
        let second = try await fixture.fed(["a@x.org"], campaign: "second", list: "third")
        try await fixture.book([change(second, 0, .deferred, .greylisted, attempt: 9)])
        #expect(try await addresses([.deferred]) == ["a@x.org#1"])
        #expect(try await addresses([.deferred], list: "others") == ["a@x.org#1"])
    }

    @Test("pages follow each other without gap or overlap", arguments: [1, 2, 3, 100])
    func pages(limit: Int) async throws {
        let fixture = try BookFixture()
        let id = try await fixture.fed((0..<7).map { "p\($0)@x.org" })
        try await fixture.book([0, 2, 4, 6].map { change(id, $0, .sent, .accepted) })
        var found: [String] = []
        var cursor: Int64?
        while true {
            let page = try await fixture.book.contacts(
                inList: "people", lastStatus: [.sent], after: cursor, limit: limit)
            found += page.map(\.address)
            cursor = page.last?.number
            if page.count < limit { break }
        }
        #expect(found == ["p0@x.org", "p2@x.org", "p4@x.org", "p6@x.org"])
    }

    @Test("what does not exist is named, with what does")
    func unknown() async throws {
        let fixture = try BookFixture()
        let none = try await #require(throws: ContactBookError.self) {
            _ = try await fixture.book.list(named: "people")
        }
        #expect(none.message.contains("Import contacts"))
        try await fixture.importText("email,name\na@x.org,A\n")
        let list = try await #require(throws: ContactBookError.self) {
            _ = try await fixture.book.contacts(inList: "x")
        }
        #expect(list.code == .unknownList)
        #expect(list.message.contains("people"))
        let campaign = try await #require(throws: ContactBookError.self) {
            _ = try await fixture.book.statistics(campaign: "x")
        }
        #expect(campaign.code == .unknownCampaign)
        let mailing = try await #require(throws: ContactBookError.self) {
            _ = try await fixture.book.mailing(MailingID(rawValue: 5))
        }
        #expect(mailing.code == .unknownMailing)
        let contact = try await #require(throws: ContactBookError.self) {
            _ = try await fixture.book.history(ofAddress: "nobody@x.org")
        }
        #expect(contact.code == .unknownContact)
        #expect(try await fixture.book.contact(inList: "people", address: " A@x.org").fields == ["name": "A"])
        let absent = try await #require(throws: ContactBookError.self) {
            _ = try await fixture.book.contact(inList: "people", address: "b@x.org")
        }
        #expect(absent.code == .unknownContact)
    }

    @Test("campaigns are created once, on lists that exist, with names that can be shown and with JSON")
    func campaigns() async throws {
        let fixture = try BookFixture()
        try await fixture.importText("email\na@x.org\n")
        func create(
            _ name: String, list: String = "people", template: String = "{}", options: String = "{}"
        ) async throws -> Campaign {
            try await fixture.book.createCampaign(
                name: name, list: list, template: template, retry: "{}", options: options, at: BookFixture.now)
        }
        let created = try await create("Umfrage „Süd“ 2026")
        #expect(created.mailings.map(\.name) == ["invitation"])
        #expect(created.mailings.map(\.state) == [.draft])
        #expect(try await fixture.book.campaigns() == [created])
        #expect(try await fixture.book.campaign(named: created.name) == created)
        #expect(try await fixture.book.mailings(in: [.draft]) == created.mailings)
        #expect(try await fixture.book.mailings(in: [.running]).isEmpty)
        let cases: [(String, String, String, ContactBookError.Code)] = [
            (created.name, "people", "{}", .alreadyExists), ("", "people", "{}", .badName),
            ("a\u{0}b", "people", "{}", .badName), ("other", "nobody", "{}", .unknownList),
            ("other", "people", "{", .badArgument),
        ]
        for (name, list, template, code) in cases {
            let error = try await #require(throws: ContactBookError.self) {
                _ = try await create(name, list: list, template: template)
            }
            #expect(error.code == code)
        }
    }

    @Test("statistics encode with the promised names, nulls included")
    func statistics() async throws {
        let fixture = try BookFixture()
        _ = try await fixture.running(["a@x.org", "bad"])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = String(
            decoding: try encoder.encode(await fixture.book.statistics(campaign: "survey")), as: UTF8.self)
        #expect(
            json == """
                {"campaign":"survey","mailings":[{"attempts":0,"audience":2,"dead":0,"firstAt":null,"inDoubt":0,\
                "lastAt":null,"licences":{"charged":0,"released":0,"reserved":0},"name":"invitation","outcomes":{"Bounced":0,\
                "Deferred":0,"Duplicated":0,"Invalid":1,"Queued":1,"Rejected":0,"Sent":0,"Soft Bounced":0,"Spam":0,\
                "Unsubscribed":0},"responses":{"clicked":0,"clicks":0,"complaints":0,"interviewsCompleted":0,\
                "interviewsStarted":0,"opened":0,"opens":0,"unsubscribed":0},"state":"running"}]}
                """)
    }
}
