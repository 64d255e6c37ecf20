import NIOCore

extension SMTPClientHandler {
    /// How long the present wait may last, and what is waited for.
    private func limit(_ context: ChannelHandlerContext) -> (TimeAmount, String) {
        let limits = options.limits
        switch machine.stage {
        case .handshake: return (limits.handshake, "the TLS handshake")
        case .greeting: return (limits.greeting, "the greeting")
        case .startTLS: return (limits.hello, "the answer to STARTTLS")
        case .login: return (limits.login, "the answer to AUTH")
        case .ehlo, .helo: return (limits.hello, "the answer to EHLO")
        case .quitting, .closed: return (limits.quit, "the answer to QUIT")
        case .open: break
        }
        if machine.isIdle { return (options.idleTimeout, "more messages") }
        if !context.channel.isWritable { return (limits.dataBlock, "the server to take the message") }
        switch machine.step {
        case .reset, .mail: return (limits.mail, "the answer to MAIL")
        case .recipient: return (limits.recipient, "the answer to RCPT")
        case .data: return (limits.dataInitiation, "the answer to DATA")
        case .dot, .loneDot: return (limits.dataTermination, "the answer to the final dot")
        }
    }

    /// Sets the timer only if it would fire too late: a timer that fires early looks again, which is cheaper than
    /// moving it with every reply.
    func armTimer(_ context: ChannelHandlerContext) {
        guard !hasReportedClose else { return }
        let deadline = waitingSince + limit(context).0
        guard timer == nil || deadline < timerFires else { return }
        timer?.cancel()
        timerFires = deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            // Not a weak reference: an object that has one pays for it with each retain. Closing cancels the timer.
            timerFired()
        }
    }

    private func timerFired() {
        timer = nil
        guard let context else { return }
        let (limit, what) = limit(context)
        guard context.eventLoop.now >= waitingSince + limit else { return armTimer(context) }
        if machine.isIdle {
            drain()
        } else if machine.stage == .open {
            end(context, machine.lost("timed out waiting for \(what)"))
        } else {
            noteFailure("timed out waiting for \(what)")
            end(context, machine.lost(""))
        }
    }
}
