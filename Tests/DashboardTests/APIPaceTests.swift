import CampaignCoordinator
import Contacts
import Dashboard
import Delivery
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@Suite("Limits of sites over the API")
struct APIPaceTests {
    private func set(
        _ api: APIFixture, _ site: String, rate: String? = nil, burst: Int? = nil, connections: Int? = nil
    ) async throws -> APIPaceChange {
        try await api.post(
            APIRoute.pace, APIPaceOrder(site: site, rate: rate, burst: burst, connections: connections))
    }

    private func site(_ api: APIFixture, _ site: String) async throws -> APIPace.Site {
        let pace: APIPace = try await api.get(APIRoute.pace + APIRoute.query([("site", site)]))
        return try #require(pace.sites.first)
    }

    @Test("what is set holds at once, part by part, and is taken back")
    func life() async throws {
        try await APIFixture.with { api in
            #expect(try await api.get(APIRoute.pace, as: APIPace.self).sites.isEmpty)
            let first = try await set(api, "x.example", rate: "100/1m", burst: 10)
            #expect((first.limit?.rate, first.limit?.burst, first.limit?.connections) == ("100/1m", 10, nil))
            let second = try await set(api, "x.example", connections: 5)
            #expect((second.limit?.rate, second.limit?.burst, second.limit?.connections) == ("100/1m", 10, 5))
            let shown = try await site(api, "x.example")
            #expect(shown.limit?.source == .set)
            #expect(shown.perSecond.map { abs($0 - 100.0 / 60) < 0.001 } == true)
            #expect((shown.factor, shown.isBlocked, shown.underWay, shown.pauseSeconds) == (1, false, 0, 0))
            #expect(try await api.get(APIRoute.pace, as: APIPace.self).sites.map(\.site) == ["x.example"])
            let stored = try await api.book.siteLimits()
            #expect(stored.keys.sorted() == ["x.example"])

            let removal: APIPaceChange = try await api.post(
                APIRoute.paceRemovals, APIPaceRemoval(site: "x.example"))
            #expect(removal.limit == nil)
            #expect(try await site(api, "x.example").limit == nil)
            let again = try await api.refusal(APIRoute.paceRemovals, .post, body: #"{"site":"x.example"}"#)
            #expect((again.status, again.error.code) == (404, "not_found"))
        }
    }

    @Test("the file gives defaults; what is set comes before it until it is unset")
    func sources() async throws {
        let file = [
            "*": try SiteLimitSetting(connections: 20), "x.example": try SiteLimitSetting(rate: "5/1s", connections: 4),
        ]
        try await APIFixture.with(siteLimits: file) { api in
            let pace: APIPace = try await api.get(APIRoute.pace)
            #expect((pace.standard?.connections, pace.standard?.source) == (20, .file))
            let own = try await site(api, "x.example")
            #expect((own.limit?.source, own.perSecond) == (.file, 5))
            let other = try await site(api, "y.example")
            #expect((other.limit?.connections, other.limit?.source) == (20, .default))

            let change = try await set(api, "x.example", rate: "1/1s")
            #expect((change.limit?.rate, change.limit?.connections) == ("1/1s", 4), "the rest stays as in the file")
            _ = try await set(api, "*", connections: 2)
            #expect(try await api.get(APIRoute.pace, as: APIPace.self).standard?.source == .set)
            let removal: APIPaceChange = try await api.post(
                APIRoute.paceRemovals, APIPaceRemoval(site: "x.example"))
            #expect((removal.limit?.rate, removal.limit?.source) == ("5/1s", .file))
            let refusal = try await api.refusal(APIRoute.paceRemovals, .post, body: #"{"site":"x.example"}"#)
            #expect(refusal.error.message.contains("configuration file"))
        }
    }

    @Test("sites are domains, however they are written")
    func names() async throws {
        try await APIFixture.with { api in
            _ = try await set(api, "MÜNCHEN.example", connections: 1)
            #expect(try await api.book.siteLimits().keys.sorted() == ["xn--mnchen-3ya.example"])
            #expect(try await site(api, "münchen.example").site == "xn--mnchen-3ya.example")
        }
    }

    @Test(
        "a limit that cannot be is refused by the name of its part",
        arguments: [
            (#"{"site":"x.example"}"#, "a rate"), (#"{"site":"x.example","burst":2}"#, "a rate"),
            (#"{"site":"x.example","connections":1,"burst":2}"#, "burst"),
            (#"{"site":"x.example","rate":"100"}"#, "100/1m"), (#"{"site":"x.example","rate":"0/1m"}"#, "0/1m"),
            (#"{"site":"x.example","rate":"1/500ms"}"#, "whole seconds"),
            (#"{"site":"x.example","rate":"1/2d"}"#, "24h"), (#"{"site":"x.example","rate":"1/m"}"#, "rate"),
            (#"{"site":"x.example","connections":0}"#, "connections"),
            (#"{"site":"x.example","rate":"1/1s","burst":-1}"#, "burst"),
            (#"{"site":"a b","connections":1}"#, "a b"), (#"{"site":"a@b.example","connections":1}"#, "a@b.example"),
            (#"{"connections":1}"#, "site"),
        ])
    func refused(body: String, word: String) async throws {
        try await APIFixture.with { api in
            let refusal = try await api.refusal(APIRoute.pace, .post, body: body)
            #expect((refusal.status, refusal.error.code) == (400, "bad_input"))
            #expect(refusal.error.message.contains(word), "\(refusal.error.message)")
        }
    }
}
