import Contacts
import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import JobQueue
import MailMessage
import NIOCore
import Testing

@testable import CampaignCoordinator
@testable import Dashboard

@Suite("Leaving the list over HTTP")
struct PublicUnsubscribeTests {
    private static let oneClick = "List-Unsubscribe=One-Click"

    @Test("looking at the page changes nothing, however often and by whatever method")
    func looking() async throws {
        try await PublicFixture.with { web in
            let path = "/u/\(web.token(.unsubscribe))"
            for _ in 0..<3 {
                let page = try await web.ask(path)
                #expect(page.status == .ok)
                let html = String(buffer: page.body)
                #expect(html.contains("<form method=\"post\">") && html.contains("<html lang=\"en\">"))
                #expect(html.contains("a…@x.example") && !html.contains("ann@"), "\(html)")
                #expect(html.contains("Ann&#39;s &lt;Survey&gt; &amp; Co"), "\(html)")
                #expect(!html.contains("<script") && !html.contains("http"))
                let head = try await web.ask(path, .head)
                #expect(head.status == .ok && head.body.readableBytes == 0)
            }
            #expect(try await web.statuses() == ["Queued", "Queued", "Queued"])
        }
    }

    @Test("one POST takes the contact off, without cookies and redirects; repeating it changes nothing")
    func oneClick() async throws {
        try await PublicFixture.with { web in
            let path = "/u/\(web.token(.unsubscribe, 1).uppercased())"
            for _ in 0..<2 {
                let answer = try await web.post(path, Self.oneClick)
                #expect(answer.status == .ok)
                #expect(answer.headers[.contentType] == "text/plain; charset=utf-8")
                #expect(answer.headers[.setCookie] == nil && answer.headers[.location] == nil)
            }
            #expect(try await web.statuses() == ["Queued", "Unsubscribed", "Queued"])
            let history = try await web.coordinator.history(of: "bob@x.example")
            #expect(history.suppression?.reason == "opt_out")
            let events = history.deliveries[0].events.filter { $0.outcome == "Unsubscribed" }
            #expect(events.map(\.rule) == ["U1"] && events.map(\.reply) == ["one-click"])
            #expect(try await web.responses().unsubscribed == 1)
            let news = try await web.coordinator.queue.shards[0].suppressionNews(after: 0).get()
            #expect(news.notices?["bob@x.example"]?.reason == .optOut, "workers hear of it")
        }
    }

    static let bodies: [(type: String, body: String)] = [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&x=1"),
        ("application/x-www-form-urlencoded; charset=utf-8", "a=b&List%2DUnsubscribe=One%2DClick"),
        (
            "multipart/form-data; boundary=\"xyz\"",
            "--xyz\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--xyz--\r\n"
        ),
        (
            "Multipart/Form-Data; Boundary=xyz",
            "--xyz\ncontent-disposition: form-data; name=List-Unsubscribe\n\nOne-Click\n--xyz--\n"
        ),
    ]

    @Test("mail programs send either kind of form", arguments: bodies)
    func forms(type: String, body: String) {
        #expect(UnsubscribeForm(contentType: type, body: Array(body.utf8)) == .oneClick)
    }

    @Test(
        "a form that asks for nothing is none",
        arguments: ["", "x", "confirm=no", "List-Unsubscribe=", "List-Unsubscribe=one-click", "=One-Click", "&&=&"])
    func nothing(body: String) {
        #expect(UnsubscribeForm(contentType: nil, body: Array(body.utf8)) == nil)
        #expect(UnsubscribeForm(contentType: "multipart/form-data", body: Array(body.utf8)) == nil)
    }

    @Test("the page's button says that it is done, and so does the page from then on")
    func button() async throws {
        try await PublicFixture.with { web in
            let path = "/u/\(web.token(.unsubscribe))"
            let done = try await web.post(path, "confirm=yes")
            #expect(done.status == .ok)
            #expect(String(buffer: done.body).contains("You are unsubscribed"))
            let again = String(buffer: try await web.ask(path).body)
            #expect(again.contains("You are unsubscribed") && !again.contains("<form"))
            #expect(try await web.statuses() == ["Unsubscribed", "Queued", "Queued"])
        }
    }

    @Test("who is taken off the suppression list is asked again, and leaves again")
    func returning() async throws {
        try await PublicFixture.with { web in
            let path = "/u/\(web.token(.unsubscribe))"
            for _ in 0..<2 {
                let asked = String(buffer: try await web.ask(path).body)
                let answer = try await web.post(path, "confirm=yes")
                let done = String(buffer: try await web.ask(path).body)
                let removed = try await web.coordinator.removeSuppressions(["ann@x.example"])
                #expect(asked.contains("<form") && answer.status == .ok)
                #expect(done.contains("You are unsubscribed") && removed == 1)
            }
        }
    }

    @Test(
        "what an owner calls itself is text, whatever characters stand before it",
        arguments: [
            ("\u{600}<b>", "\u{600}&lt;b&gt;"), ("\u{110BD}<i", "\u{110BD}&lt;i"), ("a\"\u{301}b", "a&quot;\u{301}b"),
            ("'&amp;>\u{200D}", "&#39;&amp;amp;&gt;\u{200D}"),
        ])
    func escaping(sender: String, shown: String) {
        let contact = ContactPage(sender: sender, address: "a…@x.example", language: .english, hasLeft: false)
        // Compared by bytes: what characters make of them is the point.
        let page = Array(PublicPage.unsubscribing(contact, accepted: nil).html.utf8)
        #expect(page.firstRange(of: Array("<bdi>\(shown)</bdi>".utf8)) != nil)
    }

    @Test("a POST that asks for nothing shows the page, and too large a one is refused")
    func unclear() async throws {
        try await PublicFixture.with { web in
            let path = "/u/\(web.token(.unsubscribe))"
            #expect(try await web.post(path, "x=y").status == .badRequest)
            let large = try await web.post(path, Self.oneClick + "&x=" + String(repeating: "y", count: 5000))
            #expect(large.status == .contentTooLarge)
            #expect(try await web.statuses() == ["Queued", "Queued", "Queued"])
        }
    }

    @Test("a wrong link leads to a page that says nothing about anybody")
    func wrong() async throws {
        try await PublicFixture.with { web in
            let good = web.token(.unsubscribe)
            let forged = String(good.dropLast()) + (good.last == "a" ? "b" : "a")
            let unknown = web.token(.unsubscribe, 99)
            for token in ["x", forged, web.token(.bounce), web.token(.survey), web.token(.click), unknown, good + "a"] {
                for answer in [try await web.ask("/u/\(token)"), try await web.post("/u/\(token)", Self.oneClick)] {
                    #expect(answer.status == .notFound)
                    let html = String(buffer: answer.body)
                    #expect(html.contains("This link does not work") && !html.contains("example"))
                }
            }
            for path in ["/", "/u", "/u/", "/u/a/b", "/api/v1/lists", "/favicon.ico"] {
                #expect(try await web.ask(path).status == .notFound, "\(path)")
            }
            #expect(try await web.statuses() == ["Queued", "Queued", "Queued"])
        }
    }

    @Test("every answer keeps caches, search engines, frames and scripts away")
    func headers() async throws {
        try await PublicFixture.with { web in
            for path in ["/u/\(web.token(.unsubscribe))", "/u/x", "/o/x", "/c/\(web.token(.click))/0", "/healthz"] {
                let headers = try await web.ask(path).headers
                let fields = Dictionary(headers.map { ($0.name.canonicalName, $0.value) }) { $1 }
                #expect(fields["cache-control"] == "no-store")
                #expect(fields["referrer-policy"] == "no-referrer")
                #expect(fields["x-robots-tag"] == "noindex, nofollow")
                #expect(fields["x-content-type-options"] == "nosniff")
                let policy = try #require(fields["content-security-policy"])
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe") && fields["set-cookie"] == nil)
            }
        }
    }

    @Test("the page speaks the campaign's language, whatever the reader's browser says")
    func campaignLanguage() async throws {
        try await PublicFixture.with(language: .italian) { web in
            let page = try await web.ask(
                "/u/\(web.token(.unsubscribe))", headers: [.acceptLanguage: "en"])
            #expect(page.headers[.contentLanguage] == "it")
            #expect(String(buffer: page.body).contains("<html lang=\"it\">"))
            #expect(String(buffer: page.body).contains("Annulla l’iscrizione</button>"))
        }
    }

    @Test(
        "without one it speaks the reader's, as far as it can",
        arguments: [
            (nil, PageLanguage.english), ("it", .italian), ("it-IT,it;q=0.9,en;q=0.8", .italian),
            ("de-DE, it;q=0.5, en;q=0.3", .italian), ("en-GB,it;q=0.9", .english), ("fr", .english),
            ("it;q=0, en", .english), (";;q=,,it;q=x", .italian), ("*", .english),
        ])
    func acceptedLanguage(header: String?, language: PageLanguage) {
        #expect(PageLanguage.accepted(header) == language)
    }

    @Test("a tester's link opens a page that says what it is, and books nothing")
    func tester() async throws {
        try await PublicFixture.with { web in
            let job = DeliveryJob.ID(mailing: MailingID(rawValue: MailingID.firstTest | 5), ordinal: 0)
            let token = web.coordinator.tokenKeys.current.text(ContactToken(.unsubscribe, job: job))
            let page = try await web.ask("/u/\(token)")
            #expect(String(buffer: page.body).contains("test message"))
            #expect(try await web.post("/u/\(token)", Self.oneClick).status == .ok)
            #expect(try await web.statuses() == ["Queued", "Queued", "Queued"])
        }
    }

    @Test(
        "of an address only its first letter and its domain are shown",
        arguments: [
            ("ann@example.org", "a…@example.org"), ("a@example.org", "…@example.org"), ("a@b\"@x.org", "a…@x.org"),
            ("broken", "…"),
        ])
    func masked(address: String, shown: String) {
        #expect(MaskedAddress.text(address) == shown)
    }
}
