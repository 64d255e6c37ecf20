import Delivery
import NIOCore
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One connection of a server: reads commands straight out of the buffer, asks the session, writes once per read.
final class SMTPServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the connection is about to do with what the client sends.
    enum Mode {
        case serving
        /// Nothing is read until a decision comes.
        case waiting
        /// What comes is thrown away: our side is closed.
        case lingering
    }

    /// What a session is asked about.
    private enum Question {
        case sender
        case recipient(String)
        case message
    }

    private let session: any SMTPServerSession
    let configuration: SMTPServerConfiguration
    let tls: NIOSSLContext?
    let interest: SMTPContentInterest
    var machine: SMTPServerStateMachine
    private var parser: SMTPServerCommandParser
    private var scanner = SMTPDataScanner()
    var mode = Mode.serving
    var inbound = ByteBuffer()
    var outbound = ByteBuffer()
    private var content = ByteBuffer()
    /// The rest of a line that is too long is thrown away.
    private var isSkippingLine = false
    var clientIsDone = false
    /// Commands so far that were wrong.
    var errors = 0
    /// Bytes of the content that is coming, wanted or not.
    var contentBytes = 0
    /// Nothing is read until the client has taken replies that it was sent.
    var isCongested = false
    /// Whether the client has come on since it was last looked at.
    var hasComeOn = false
    var timer: Scheduled<Void>?
    var timerFires = NIODeadline.distantFuture
    var lastHeard = NIODeadline.distantPast
    var sessionEnds = NIODeadline.distantFuture
    /// The server is going down: the connection ends after the message that it is at.
    var isStopping = false
    private var isClosed = false

    init(session: any SMTPServerSession, configuration: SMTPServerConfiguration, tls: NIOSSLContext? = nil) {
        self.session = session
        self.tls = tls
        parser = SMTPServerCommandParser(acceptsDSN: !configuration.withheld.contains("DSN"))
        self.configuration = configuration
        interest = session.contentInterest
        machine = SMTPServerStateMachine(
            maximumSize: configuration.maximumMessageSize, maximumRecipients: configuration.maximumRecipients,
            terms: SMTPServerTerms(configuration))
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { greet(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        greet(context)
        context.fireChannelActive()
    }

    private func greet(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        outbound = context.channel.allocator.buffer(capacity: 2048)
        outbound.writeString("220 \(configuration.hostName) \(configuration.greeting)\r\n")
        flush(context)
        lastHeard = context.eventLoop.now
        if let limit = configuration.sessionTimeout { sessionEnds = lastHeard + limit }
        armTimer(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard mode != .lingering else { return }
        var buffer = unwrapInboundIn(data)
        if inbound.readableBytes == 0 { inbound = buffer } else { inbound.writeBuffer(&buffer) }
        process(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasComeOn { lastHeard = context.eventLoop.now }
        hasComeOn = false
        flush(context)
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isCongested, context.channel.isWritable { readOn(context) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent {
            clientIsDone = true
            // Answers that are due still go out before the connection is closed.
            if mode != .waiting { finish(context) }
        } else if event is ChannelShouldQuiesceEvent {
            isStopping = true
            stopIfIdle(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        closed()
    }

    private func closed() {
        guard !isClosed else { return }
        isClosed = true
        mode = .lingering
        timer?.cancel()
        session.closed()
    }

    // MARK: Reading

    func process(_ context: ChannelHandlerContext) {
        readCommands(context)
        stopIfIdle(context)
    }

    private func readCommands(_ context: ChannelHandlerContext) {
        while mode == .serving, inbound.readableBytes > 0, hasRoom(context) {
            switch machine.reading {
            case .commands:
                guard let command = nextCommand() else {
                    guard inbound.readableBytes > configuration.maximumLineLength else { return release() }
                    skipLine()
                    continue
                }
                hasComeOn = true
                contentBytes = 0
                obey(machine.received(command), context)
            case .login:
                guard let line = nextLine() else {
                    guard inbound.readableBytes > Self.longestLoginLine else { return release() }
                    return finish(context)
                }
                hasComeOn = true
                obey(machine.loginLine(line), context)
            case .data:
                guard readData(context) else { return release() }
            case .chunk(let remaining):
                let count = min(remaining, inbound.readableBytes)
                keepContent(upTo: count)
                inbound.moveReaderIndex(forwardBy: count)
                guard takesContent(count, context) else { return }
                obey(machine.chunkReceived(count), context)
            }
        }
        release()
    }

    /// Gives the buffer back to the channel's allocator where nothing is left in it.
    private func release() {
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
    }

    /// Takes the next line out of the buffer; `nil` until its end has come.
    private func nextCommand() -> SMTPServerCommand? {
        var length = 0
        let command = inbound.withUnsafeReadableBytes { bytes -> SMTPServerCommand? in
            guard let base = bytes.baseAddress, let found = memchr(base, 0x0A, bytes.count) else { return nil }
            var end = UnsafeRawPointer(found) - base
            length = end + 1
            if length > configuration.maximumLineLength || isSkippingLine { return .malformed(.lineTooLong) }
            if end > 0, bytes[end - 1] == 0x0D { end -= 1 }
            return parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        }
        guard let command else { return nil }
        isSkippingLine = false
        inbound.moveReaderIndex(forwardBy: length)
        return command
    }

    private func skipLine() {
        isSkippingLine = true
        inbound.clear()
    }

    /// Reads content up to the final dot; false when more bytes are needed.
    private func readData(_ context: ChannelHandlerContext) -> Bool {
        let limit = contentLimit
        let progress = inbound.withUnsafeReadableBytes { bytes in
            scanner.scan(bytes) { piece in
                let count = min(piece.count, limit - content.readableBytes)
                if count > 0 { content.writeBytes(UnsafeRawBufferPointer(rebasing: piece[..<count])) }
            }
        }
        inbound.moveReaderIndex(forwardBy: progress.consumed)
        machine.dataReceived(progress.content)
        guard takesContent(progress.consumed, context), progress.isEnd else { return false }
        obey(machine.dataEnded(), context)
        return true
    }

    /// Keeps the first `count` bytes of the buffer as content, as far as they are wanted.
    private func keepContent(upTo count: Int) {
        guard machine.keepsContent else { return }
        let wanted = min(count, contentLimit - content.readableBytes)
        guard wanted > 0 else { return }
        inbound.withUnsafeReadableBytes { bytes in
            _ = content.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[..<wanted]))
        }
    }

    // MARK: Obeying

    private func obey(_ action: SMTPServerStateMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none:
            break
        case .reply(let reply):
            outbound.writeReply(reply)
            if reply.isError { countError(context) }
        case .replies(let reply, let times):
            for _ in 0..<times { outbound.writeReply(reply) }
        case .secure:
            secure(context)
        case .checkLogin(let user, let password):
            let isAccepted = configuration.login?(user, password) ?? false
            machine.loginDecided(isAccepted: isAccepted)
            outbound.writeReply(isAccepted ? SMTPServerReply.loginAccepted : .loginRefused)
        case .announce:
            announce()
        case .hello:
            outbound.writeString("250 \(configuration.hostName)\r\n")
        case .askSender(let address):
            decided(session.sender(address), .sender, context)
        case .askRecipient(let address):
            decided(session.recipient(address, from: machine.sender), .recipient(address), context)
        case .askMessage:
            let message = SMTPReceivedMessage(
                sender: machine.sender, recipients: machine.recipients, size: machine.size, content: content)
            decided(session.received(message), .message, context)
        case .quit:
            outbound.writeReply(SMTPServerReply.bye)
            finish(context)
        }
    }

    private func decided(
        _ decision: SMTPServerDecision, _ question: Question, _ context: ChannelHandlerContext
    ) {
        switch decision {
        case .accept:
            switch question {
            case .sender: outbound.writeReply(SMTPServerReply.senderAccepted)
            case .recipient: outbound.writeReply(SMTPServerReply.recipientAccepted)
            case .message:
                for _ in 0..<machine.repliesToMessage { outbound.writeReply(SMTPServerReply.messageAccepted) }
            }
            settle(question, isAccepted: true)
        case .reply(let reply):
            let times = if case .message = question { machine.repliesToMessage } else { 1 }
            for _ in 0..<times { outbound.writeReply(reply) }
            settle(question, isAccepted: reply.isPositive)
        case .replies(let replies):
            guard case .message = question, replies.count == machine.repliesToMessage else {
                preconditionFailure("a session gave another number of replies than there are recipients")
            }
            for reply in replies { outbound.writeReply(reply) }
            settle(question, isAccepted: true)
        case .replyAndClose(let reply):
            outbound.writeReply(reply)
            finish(context)
        case .close:
            finish(context)
        case .pending(let future):
            wait(for: future, question, context)
        }
    }

    private func settle(_ question: Question, isAccepted: Bool) {
        switch question {
        case .sender: machine.senderDecided(isAccepted: isAccepted)
        case .recipient(let address): machine.recipientDecided(address, isAccepted: isAccepted)
        case .message:
            machine.messageDecided()
            if isAccepted { errors = 0 }
            content.clear()
        }
    }

    private func wait(
        for future: EventLoopFuture<SMTPServerDecision>, _ question: Question, _ context: ChannelHandlerContext
    ) {
        mode = .waiting
        flush(context)
        // What the client sends meanwhile stays in the socket.
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        future.hop(to: context.eventLoop).assumeIsolated().whenComplete { [self] result in
            guard !isClosed else { return }
            mode = .serving
            lastHeard = context.eventLoop.now
            if !isCongested { context.channel.setOption(.autoRead, value: true).whenFailure { _ in } }
            let failed = SMTPReply(
                code: 451, enhancedStatus: EnhancedStatusCode(4, 3, 0), text: "Local trouble, try again later")
            decided((try? result.get()) ?? .reply(failed), question, context)
            process(context)
            flush(context)
            if clientIsDone, mode == .serving { finish(context) }
        }
    }

    func flush(_ context: ChannelHandlerContext) {
        guard outbound.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(outbound), promise: nil)
        outbound.clear()
    }
}
