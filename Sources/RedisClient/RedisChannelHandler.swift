internal import NIOCore

/// The end of the channel's pipeline: bytes in, replies to the driver.
///
/// It has no owner until the driver adopts the channel, and none any more once the driver has dropped it; so nothing from
/// an old channel can reach a driver that has moved on.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var owner: RedisConnectionDriver?
    private let reader: RedisReplyReader
    private var failure: (any Error)?

    init(reader: RedisReplyReader) { self.reader = reader }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        do throws(RedisError) {
            try buffer.withUnsafeReadableBytes { bytes throws(RedisError) in try reader.feed(bytes) }
            while let owner, let reply = try reader.next() { owner.received(reply) }
        } catch {
            owner?.giveUp(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        owner?.channelClosed(failure)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? error
        context.close(promise: nil)
    }
}
