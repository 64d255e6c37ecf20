import NIOCore

extension SMTPServerHandler {
    /// Bytes of replies that are gathered before they are sent and it is looked whether the client takes them.
    private static let repliesInHand = 32 << 10

    /// Whether there is room for more replies; if not, nothing is read until the client has taken some.
    ///
    /// A client that sends commands and never reads what they are answered would fill the memory otherwise.
    func hasRoom(_ context: ChannelHandlerContext) -> Bool {
        guard !isCongested else { return false }
        if outbound.readableBytes >= Self.repliesInHand { flush(context) }
        guard !context.channel.isWritable else { return true }
        isCongested = true
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        return false
    }

    /// The client has taken replies: what it has sent meanwhile is read.
    func readOn(_ context: ChannelHandlerContext) {
        isCongested = false
        if mode != .waiting { context.channel.setOption(.autoRead, value: true).whenFailure { _ in } }
        process(context)
        flush(context)
    }

    /// Counts a command that was wrong; the client that sends too many speaks another language, or means no good.
    func countError(_ context: ChannelHandlerContext) {
        errors += 1
        guard errors >= configuration.maximumErrors, mode == .serving else { return }
        outbound.writeReply(SMTPServerReply.tooManyErrors)
        finish(context)
    }

    /// Counts content that comes, wanted or not; false when there is no end to it, and the connection is closed.
    func takesContent(_ count: Int, _ context: ChannelHandlerContext) -> Bool {
        hasComeOn = true
        contentBytes += count
        // What is a little too large is read to its end, since its sender hears the reply only then.
        guard contentBytes / 2 > configuration.maximumMessageSize else { return true }
        outbound.writeReply(SMTPServerReply.tooLarge)
        finish(context)
        return false
    }

    /// Bytes of a message that are kept.
    var contentLimit: Int {
        switch interest {
        case .none: 0
        case .prefix(let count): count
        case .whole: configuration.maximumMessageSize
        }
    }
}
