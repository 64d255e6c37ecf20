import NIOCore

extension SMTPServerHandler {
    /// Ends the connection, when the server is going down, where no message is cut off by that.
    func stopIfIdle(_ context: ChannelHandlerContext) {
        guard isStopping, mode == .serving, machine.isBetweenMessages else { return }
        outbound.writeReply(SMTPServerReply.goingDown)
        finish(context)
    }

    /// Sets the time at which the client has been silent for too long, or here for too long.
    func armTimer(_ context: ChannelHandlerContext) {
        timerFires = lastHeard + configuration.idleTimeout
        if mode == .serving { timerFires = min(timerFires, sessionEnds) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: timerFires) { [self] in
            guard mode != .lingering else { return }
            let now = context.eventLoop.now
            if mode == .waiting { lastHeard = now }
            let isOver = now >= sessionEnds
            guard mode == .serving, isOver || now >= lastHeard + configuration.idleTimeout else {
                return armTimer(context)
            }
            outbound.writeReply(isOver ? SMTPServerReply.sessionTooLong : .timedOut)
            finish(context)
        }
    }

    /// Closes our side after what was said, and takes what still comes, so that no reset destroys replies on their way.
    func finish(_ context: ChannelHandlerContext) {
        guard mode != .lingering else { return }
        mode = .lingering
        flush(context)
        inbound.clear()
        timer?.cancel()
        if clientIsDone { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: configuration.lingerTimeout) {
            context.close(promise: nil)
        }
    }
}
