import Contacts
import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import MailMessage
import Testing

@testable import CampaignCoordinator

@Suite("Opens and clicks over HTTP")
struct PublicTrackingTests {
    @Test("the picture is the same for every token, and counts for those that are ours")
    func opens() async throws {
        try await PublicFixture.with { web in
            var pictures: Set<[UInt8]> = []
            for token in [web.token(.open), web.token(.open), web.token(.open, 1), web.token(.click), "x"] {
                let answer = try await web.ask("/o/\(token)")
                #expect(answer.status == .ok && answer.headers[.contentType] == "image/gif")
                pictures.insert(Array(answer.body.readableBytesView))
            }
            #expect(pictures.count == 1 && pictures.first?.starts(with: "GIF89a".utf8) == true)
            _ = try await web.ask("/o/\(web.token(.open, 2))", .head)
            let sums = try await web.responses()
            #expect((sums.opened, sums.opens) == (2, 3))
        }
    }

    @Test("a link leads to its target and counts; looking at it, ahead or by HEAD, does not")
    func clicks() async throws {
        try await PublicFixture.with { web in
            let path = "/c/\(web.token(.click))/0"
            let answer = try await web.ask(path)
            #expect(answer.status == .found && answer.headers[.location] == "https://example.org/Rio")
            #expect(try await web.ask(path, .head).headers[.location] == "https://example.org/Rio")
            var ahead = HTTPFields()
            ahead[HTTPFields.Element.Name("Sec-Purpose")!] = "prefetch;prerender"
            #expect(try await web.ask(path, headers: ahead).status == .found)
            #expect(
                try await web.ask("/c/\(web.token(.click))/1").headers[.location]
                    == "https://survey.example/s?t=\(web.token(.survey))")
            let sums = try await web.responses()
            #expect((sums.clicked, sums.clicks) == (1, 2))
        }
    }

    @Test("nothing leads anywhere but to what the owner wrote")
    func noOpenRedirect() async throws {
        try await PublicFixture.with { web in
            let good = web.token(.click)
            for path in [
                "/c/\(good)/2", "/c/\(good)/-1", "/c/\(good)/x", "/c/\(good)/https:%2F%2Fevil.example", "/c/\(good)",
                "/c/x/0", "/c/\(web.token(.open))/0", "/c/\(web.token(.click, 9))/0",
            ] {
                let answer = try await web.ask(path + "?to=https://evil.example")
                #expect(answer.status == .notFound && answer.headers[.location] == nil, "\(path)")
            }
            #expect(try await web.responses().isEmpty)
        }
    }
}
