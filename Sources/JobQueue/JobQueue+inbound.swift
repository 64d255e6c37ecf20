public import Delivery
internal import NIOCore
internal import RedisClient

extension JobQueue {
    /// Events in one entry of the outcome stream.
    private static let eventsInEntry = 100

    /// Hands what came back to the coordinator, by the outcome stream, in one pipelined write.
    ///
    /// When it returns, the events are in Redis, as safely as Redis keeps anything. When it throws, some of them may be: to be reported
    /// again, which books none of them twice. A Redis that is full takes none (`RedisError`, code `server("OOM")`); the contact book
    /// decides whom they are about, so any shard takes any event.
    public func report(_ events: [InboundEvent]) async throws {
        guard let first = events.first else { return }
        let shard = shards[Int(first.id.bytes[0]) % shards.count]
        let writes = events.parts(of: Self.eventsInEntry).map { part in
            shard.command(["XADD", .init(shard.keys.outcomes), "*", "e", .init(part.flatMap(\.wire))])
        }
        try await EventLoopFuture.andAllComplete(writes, on: writes[0].eventLoop).get()
        for write in writes { _ = try await write.get() }
    }
}
