import Delivery
import NIOCore

/// What the connections ask and tell.
extension SMTPConnectionPool: SMTPClientHandler.Owner {
    func nextMessages(upTo count: Int, isIdle: Bool, on session: SMTPSession) -> [OutgoingMessage] {
        guard stopped == nil, let source else { return [] }
        return source.nextMessages(upTo: count, isIdle: isIdle, on: session)
    }

    func finished(_ finished: SMTPClientStateMachine.Finished) {
        source?.finished(finished.token, finished.result)
    }

    /// Writes after the other connections' events of this turn have been handled: the first write wakes the server, and it
    /// finds the others without being woken again, which would cost both sides more than the write itself.
    func wantsFlush(_ handler: SMTPClientHandler) {
        unflushed.append(handler)
        guard unflushed.count == 1 else { return }
        eventLoop.assumeIsolated().execute { [self] in
            // Writing may end a connection and so make others ask to be flushed: these come in the next round.
            var round: [SMTPClientHandler] = []
            swap(&round, &unflushed)
            for handler in round { handler.flush() }
            if unflushed.isEmpty {
                round.removeAll(keepingCapacity: true)
                swap(&round, &unflushed)
            }
        }
    }

    func opened(_ handler: SMTPClientHandler) {
        if let trial = openings.removeValue(forKey: ObjectIdentifier(handler))?.current {
            // What is down is not tried first for each new connection, but the first host gets its chance again.
            goodPlace = (trial.place, .now() + options.hostMemory)
            handler.session = SMTPSession(trial, isSecured: handler.machine.isSecured)
        }
        counted.insert(ObjectIdentifier(handler))
        carryOut(plan.opened())
        if stopped != nil { handler.drain() }
    }

    func hungers(_ handler: SMTPClientHandler) {
        if !handler.machine.isIdle, !hungry.contains(where: { $0 === handler }) { hungry.append(handler) }
    }

    func windowChanged(by messages: Int) {
        windowGrowth += messages
        limit?.windowGrowth += messages
    }

    func filled(_ handler: SMTPClientHandler) {
        guard idle.isEmpty, stopped == nil, plan.opening == 0, source?.hasMessages ?? false else { return }
        carryOut(plan.wanted())
    }

    func becameIdle(_ handler: SMTPClientHandler) {
        hungry.removeAll { $0 === handler }
        if !idle.contains(where: { $0 === handler }) { idle.append(handler) }
        if plan.isTight { return handler.drain() }
        guard let limit else { return }
        if isQueued {
            isQueued = false
            limit.leaveQueue(self)
        }
        if !isOffering {
            isOffering = true
            limit.offers(self)
        }
    }

    func retiring(_ handler: SMTPClientHandler, isSpent: Bool) {
        idle.removeAll { $0 === handler }
        hungry.removeAll { $0 === handler }
        let isToBeReplaced = isSpent || handler.machine.foundSimple
        if handler.machine.foundSimple, let host = handler.host { dialer.memory.noteSimple(host, now: .now()) }
        guard counted.remove(ObjectIdentifier(handler)) != nil else { return }
        plan.retired()
        if stopped == nil, isToBeReplaced { carryOut(plan.wanted()) }
    }

    func closed(_ handler: SMTPClientHandler, failure: SMTPEndpointFailure?) {
        let identifier = ObjectIdentifier(handler)
        guard handlers.removeValue(forKey: identifier) != nil else { return }
        let wasIdle = idle.contains { $0 === handler }
        idle.removeAll { $0 === handler }
        hungry.removeAll { $0 === handler }
        if let trials = openings.removeValue(forKey: identifier) {
            dialing += 1
            return failed(failure ?? .init(phase: .connect, message: "the connection was closed"), trials)
        }
        limit?.giveBack()
        if counted.remove(identifier) != nil {
            // A server that closes an idle connection does what it may; it is replaced when there is work.
            guard !wasIdle else {
                plan.retired()
                return stopIfEmpty()
            }
            let action = plan.lost(wasProductive: handler.wasProductive, random: .random(in: 0..<1))
            carryOut(action)
            if action == .none, stopped == nil { messagesAvailable() }
        }
        stopIfEmpty()
    }
}
