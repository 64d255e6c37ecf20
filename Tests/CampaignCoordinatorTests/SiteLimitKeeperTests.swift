import Contacts
import Foundation
import JobQueue
import NIOCore
import RedisClient
import Testing

@testable import CampaignCoordinator

@Suite("Keeping the limits of sites")
struct SiteLimitKeeperTests {
    @Test("Redis gets the limits of the book and the file, also after it lost its data, and no others")
    func agreement() async throws {
        try await CoordinatorFixture.run(contacts: 1) { fixture in
            let set = try SiteLimitSetting(rate: "100/1m", burst: 10)
            let json = String(decoding: try JSONEncoder().encode(set), as: UTF8.self)
            try await fixture.book.setSiteLimits(json, for: "x.example")
            let file = [
                "*": try SiteLimitSetting(connections: 20), "x.example": try SiteLimitSetting(connections: 1),
            ]
            let keeper = SiteLimitKeeper(
                book: fixture.book, queue: fixture.queue, configured: file, logger: fixture.logger)
            try await fixture.queue.setSiteLimit(SiteLimit(connections: 9), for: "forgotten.example")
            for _ in 0..<2 {
                #expect(try await !keeper.round())
                let limits = try await fixture.queue.only.siteLimits()
                #expect(
                    limits == [
                        "*": SiteLimit(connections: 20),
                        "x.example": SiteLimit(rate: .init(messages: 100, seconds: 60), burst: 10),
                    ])
                _ = try await fixture.redis.submit(["FLUSHALL"], key: "").get()
            }
        }
    }

    @Test("a limit is written and read as JSON; a burst of one is what every limit has")
    func json() throws {
        let setting = try SiteLimitSetting(rate: "7200/2h", burst: 1, connections: 3)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(setting)
        #expect(String(decoding: data, as: UTF8.self) == #"{"connections":3,"rate":"7200/2h"}"#)
        #expect(try JSONDecoder().decode(SiteLimitSetting.self, from: data) == setting)
    }
}
