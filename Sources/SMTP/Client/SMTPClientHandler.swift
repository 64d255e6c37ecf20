import Delivery
import NIOCore
import NIOSSL
import NIOTLS

/// One connection of a pool: obeys the state machine, writes once per read, keeps the time limits.
///
/// Used on its channel's event loop only.
final class SMTPClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What a connection tells and asks its pool.
    protocol Owner: AnyObject {
        func nextMessages(upTo count: Int, isIdle: Bool, on session: SMTPSession) -> [OutgoingMessage]
        func finished(_ finished: SMTPClientStateMachine.Finished)
        /// The connection has something to write: call its ``SMTPClientHandler/flush()`` before this turn of the loop ends.
        func wantsFlush(_ handler: SMTPClientHandler)
        /// The session is open for messages.
        func opened(_ handler: SMTPClientHandler)
        /// There is room for more messages than the source had when it was asked.
        func hungers(_ handler: SMTPClientHandler)
        /// The window has grown by so many messages, or shrunk where the number is negative.
        func windowChanged(by messages: Int)
        /// Every message that was asked for came: there may be work for another connection.
        func filled(_ handler: SMTPClientHandler)
        /// Nothing is in flight, and the source had nothing more.
        func becameIdle(_ handler: SMTPClientHandler)
        /// The connection begins no more messages; `isSpent` says that it had as many as a connection may have.
        func retiring(_ handler: SMTPClientHandler, isSpent: Bool)
        /// The connection is gone; `failure` is set if it was never open for messages.
        func closed(_ handler: SMTPClientHandler, failure: SMTPEndpointFailure?)
    }

    private let owner: any Owner
    let options: SMTPClientOptions
    /// The host at the other end.
    let host: SMTPHost?
    /// How the connection is secured; `nil` where it never is.
    let tls: SMTPTLS?
    /// What the source knows this connection by; set when it opens.
    var session = SMTPSession()
    var machine: SMTPClientStateMachine
    var parser = SMTPReplyParser()
    private var writer: SMTPCommandWriter
    var context: ChannelHandlerContext?
    var timer: Scheduled<Void>?
    var timerFires = NIODeadline.distantFuture
    var waitingSince = NIODeadline.distantPast
    private(set) var hasReportedClose = false
    private var reportedGrowth = 0
    private var isFilling = false
    /// Whether a reply came in the present read.
    private var hasHeard = false
    /// Whether the pool was asked to call ``flush()``.
    private var wantsFlush = false
    private var hasReportedRetiring = false
    /// Why the session ended before it was open.
    private(set) var failure: SMTPEndpointFailure?
    /// Why the connection was closed, if an error came before its end.
    private var lastError: String?
    /// Whether any message ended with an answer on this connection.
    private(set) var wasProductive = false

    init(
        owner: any Owner, options: SMTPClientOptions, terms: SMTPSessionTerms = SMTPSessionTerms(),
        host: SMTPHost? = nil, tls: SMTPTLS? = nil
    ) {
        self.owner = owner
        self.options = options
        self.host = host
        self.tls = tls
        machine = SMTPClientStateMachine(
            messages: options.messagesPerConnection, windowMessages: options.windowMessages,
            windowBytes: options.windowBytes, terms: terms)
        writer = SMTPCommandWriter(heloName: options.heloName, allocator: ByteBufferAllocator())
    }

    // MARK: The pool's orders

    /// Asks the source for messages as far as there is room, and writes them.
    func pull() {
        // A message that cannot go may bring new ones about while this connection is taking some.
        guard let context, !isFilling else { return }
        let wasIdle = machine.isIdle
        machine.now = context.eventLoop.now
        fill(context)
        if wasIdle, !machine.isIdle { waitingSince = context.eventLoop.now }
        requestFlush()
        afterWork(context)
    }

    /// Takes no more messages; says QUIT and closes when those in flight are answered.
    func drain() {
        machine.drain()
        guard let context else { return }
        if machine.stage == .open {
            afterWork(context)
        } else if machine.stage != .quitting {
            // Nothing was begun on a session that is not open yet.
            context.close(promise: nil)
        }
    }

    /// Closes at once; what is in flight is lost for the reason given.
    func abort(_ cause: String) {
        guard let context else { return }
        end(context, machine.lost(cause))
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        machine.isLocal = context.remoteAddress?.isThisMachine ?? false
        waitingSince = context.eventLoop.now
        armTimer(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data))
        machine.now = context.eventLoop.now
        do throws(SMTPReplyParser.Malformed) {
            while machine.stage != .closed, let reply = try parser.next(textWanted: { machine.textWanted($0) }) {
                hasHeard = true
                perform(machine.received(reply), context)
            }
        } catch {
            noteFailure(error.problem)
            end(context, machine.lost(error.problem))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard machine.stage != .closed else { return }
        // Pieces of a reply do not lengthen the time that it may take.
        if hasHeard {
            hasHeard = false
            waitingSince = context.eventLoop.now
            report(growth: machine.windowGrowth)
        }
        fill(context)
        requestFlush()
        afterWork(context)
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // The server has taken some of what was written: that is progress of the data block.
        waitingSince = context.eventLoop.now
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted) = event as? TLSUserEvent { handshakeCompleted(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if machine.stage == .handshake, let tls {
            // It is there although it did not pass.
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            let (words, type) = tls.explanation(error, certificate ?? nil)
            noteFailure(words, type)
        } else if case .some(.uncleanShutdown) = error as? NIOSSLError {
            // A server that closes without a word of TLS closes all the same; the protocol tells where a reply ends.
        } else {
            lastError = "\(error)"
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let cause = lastError.map { "connection lost: \($0)" } ?? "the server closed the connection"
        noteFailure(cause)
        report(machine.lost(cause))
        finishClosing()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finishClosing()
        self.context = nil
    }

    /// Keeps the first thing that went wrong before the session was open.
    func noteFailure(_ message: String, _ type: TLSResultType? = nil) {
        guard failure == nil, machine.isOpening else { return }
        failure = SMTPEndpointFailure(phase: machine.openingPhase, message: message)
        failure?.tlsResult = type ?? (machine.stage == .handshake ? .validationFailure : nil)
    }

    // MARK: Obeying

    func perform(_ action: SMTPClientStateMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none:
            break
        case .finished(let finished):
            wasProductive = true
            owner.finished(finished)
        case .sendContent(let message):
            writer.contentAndDot(message.content)
        case .send(let command):
            send(command)
        case .secure:
            secure(context)
        case .opened:
            owner.opened(self)
        case .refused(let failure):
            self.failure = failure
            end(context, [])
        case .close(let finished):
            end(context, finished)
        }
    }

    private func send(_ command: SMTPClientStateMachine.Command) {
        switch command {
        case .ehlo: writer.ehlo()
        case .lhlo: writer.lhlo()
        case .startTLS: writer.startTLS()
        case .login(let line): writer.login(line)
        case .helo: writer.helo()
        case .mail: if let message = machine.held { writer.mail(message, machine.extensions) }
        case .recipient: if let message = machine.held { writer.recipient(message, machine.extensions) }
        case .data: writer.data()
        case .loneDot: writer.loneDot()
        case .quit: writer.quit()
        }
    }

    /// Lets the source fill the window.
    private func fill(_ context: ChannelHandlerContext) {
        // What the server does not take is not heaped up here.
        guard context.channel.isWritable else { return }
        isFilling = true
        defer { isFilling = false }
        while case let room = machine.room, room > 0 {
            let messages = owner.nextMessages(upTo: room, isIdle: machine.isIdle, on: session)
            for message in messages { submit(message) }
            guard messages.count >= room else { return owner.hungers(self) }
            owner.filled(self)
        }
    }

    private func submit(_ message: OutgoingMessage) {
        switch machine.submit(message) {
        case .transaction(let reset):
            writer.transaction(message, machine.extensions, reset: reset)
        case .group(let reset):
            writer.group(message, machine.extensions, reset: reset)
        case .step(let reset):
            if reset { writer.reset() } else { writer.mail(message, machine.extensions) }
        case .unsendable(let result):
            owner.finished(.init(token: message.token, result: result))
        }
    }

    func requestFlush() {
        guard !wantsFlush, writer.buffer.readableBytes > 0 else { return }
        wantsFlush = true
        owner.wantsFlush(self)
    }

    /// Writes what has been collected.
    func flush() {
        wantsFlush = false
        guard let context, machine.stage != .closed, let buffer = writer.take() else { return }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        writer.clear()
    }

    private func afterWork(_ context: ChannelHandlerContext) {
        if machine.quitIfDone() {
            waitingSince = context.eventLoop.now
            writer.quit()
            requestFlush()
        } else if machine.isIdle {
            owner.becameIdle(self)
        }
        if machine.isRetiring, !hasReportedRetiring {
            hasReportedRetiring = true
            owner.retiring(self, isSpent: machine.isSpent)
        }
        armTimer(context)
    }

    func end(_ context: ChannelHandlerContext, _ finished: [SMTPClientStateMachine.Finished]) {
        report(finished)
        context.close(promise: nil)
    }

    private func report(_ finished: [SMTPClientStateMachine.Finished]) {
        for one in finished {
            // 421 to a recipient may concern that recipient alone; to MAIL it concerns us, and haste would make it worse.
            if case .reply(let reply, let phase) = one.result, reply.code != 421 || phase != .mail {
                wasProductive = true
            }
            owner.finished(one)
        }
    }

    private func report(growth: Int) {
        guard growth != reportedGrowth else { return }
        owner.windowChanged(by: growth - reportedGrowth)
        reportedGrowth = growth
    }

    private func finishClosing() {
        timer?.cancel()
        timer = nil
        guard !hasReportedClose else { return }
        hasReportedClose = true
        report(growth: 0)
        owner.closed(self, failure: failure)
    }
}
