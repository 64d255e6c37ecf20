import Delivery
import NIOCore
import Testing

@testable import JobQueue

@Suite("What is published of a mailing")
struct PublishTests {
    @Test("the content is stored once, however many shards there are, and stays when only the terms change")
    func contentOnce() async throws {
        try await withQueue { single in
            let queue = JobQueue(redis: single.redis, shards: 4)
            let mailing = MailingID(rawValue: 7)
            let content = MailingContent(bytes: Array("much".utf8), version: "v1")
            try await queue.publish(mailing, content: content, paused: false)
            for shard in queue.shards {
                #expect(try await shard.content(of: mailing).get() == (shard.number == 0 ? content : nil))
                #expect(try await shard.knows(mailing))
            }
            var terms = MailingTerms()
            terms.weight = 5
            try await queue.publish(mailing, content: nil, terms: terms, paused: false)
            #expect(try await queue.shards[0].content(of: mailing).get() == content)
        }
    }
}
