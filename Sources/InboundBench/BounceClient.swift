internal import NIOCore

/// One connection of a sending mail server: envelope and DATA go out together (RFC 2920), the content when they are answered.
final class BounceClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case greeting, hello
        /// So many answers to MAIL, RCPT and DATA are still to come.
        case envelope(Int)
        case content, farewell
    }

    private let source: BounceSource
    private var state = State.greeting
    private var received = ByteBuffer()
    private var bounce: BounceSource.Bounce?
    /// How many messages this connection may still carry.
    private var left = 500

    init(source: BounceSource) {
        self.source = source
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        while let end = received.readableBytesView.firstIndex(of: 0x0A),
            let line = received.readString(length: end - received.readerIndex + 1)
        {
            // Only the last line of a reply counts.
            guard line.utf8.dropFirst(3).first != UInt8(ascii: "-") else { continue }
            reply(isPositive: line.utf8.first.map { $0 < UInt8(ascii: "4") } ?? false, context)
        }
        received.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        // What has no answer was not taken.
        if bounce != nil { source.decided(isAccepted: false) }
        context.fireChannelInactive()
    }

    private func reply(isPositive: Bool, _ context: ChannelHandlerContext) {
        switch state {
        case .greeting:
            state = .hello
            write("EHLO mx.site.example\r\n", context)
        case .hello:
            begin(context)
        case .envelope(let left):
            guard isPositive else { return context.close(promise: nil) }
            state = left > 1 ? .envelope(left - 1) : .content
            if left == 1, let bounce { write(bounce.content + ".\r\n", context) }
        case .content:
            source.decided(isAccepted: isPositive)
            begin(context)
        case .farewell:
            context.close(promise: nil)
        }
    }

    private func begin(_ context: ChannelHandlerContext) {
        bounce = left > 0 ? source.next() : nil
        left -= 1
        guard let bounce else {
            state = .farewell
            return write("QUIT\r\n", context)
        }
        state = .envelope(3)
        write("MAIL FROM:<>\r\nRCPT TO:<\(bounce.recipient)>\r\nDATA\r\n", context)
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
