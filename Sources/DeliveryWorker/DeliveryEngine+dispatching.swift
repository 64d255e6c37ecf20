internal import Delivery
internal import JobQueue
internal import Logging
internal import MailRouting
internal import NIOCore
internal import SMTP

/// From a claimed job to the outlet that sends it.
extension DeliveryEngine {
    /// Whether what is claimed could be sent: false while no relay takes the mail that no route names.
    var hasWay: Bool { outlets.relays.isEmpty || outlets.isRelayAvailable(at: .now()) }

    /// Finds the way of a job and lets it wait there.
    func dispatch(_ entry: ClaimedJob) {
        let now = NIODeadline.now()
        if areRelaysOnly { return dispatchToRelay(entry, at: now) }
        let domain = domain(of: entry.job)
        if !configuration.routes.relays.isEmpty, configuration.routes.routing.table.namedTarget(of: domain) == nil {
            return dispatchToRelay(entry, at: now)
        }
        switch outlets.way(to: domain, at: now) {
        case .to(let receiver):
            place(entry, at: receiver, now)
        case .nowhere(let reply, let phase):
            end(entry, .reply(reply, phase: phase))
        case nil:
            unroutedCount += 1
            unrouted[domain, default: []].append(entry)
            if unrouted[domain]?.count == 1 { findWay(to: domain) }
        }
    }

    private func dispatchToRelay(_ entry: ClaimedJob, at now: NIODeadline) {
        // Without one it was claimed just before the last relay went; nothing more is claimed until one is back.
        if let relay = outlets.nextRelay(at: now) { place(entry, at: relay, now) } else { release(entry) }
    }

    /// Who a message is handed over for: the contact, unless all messages are diverted.
    func recipient(of job: DeliveryJob) -> String {
        guard !areRelaysOnly, case .address(let other) = configuration.routes.routing.table.diversion else {
            return job.address
        }
        return other.normalized
    }

    /// The domain whose servers get a message.
    func domain(of job: DeliveryJob) -> String {
        let address = recipient(of: job)
        return address.lastIndex(of: "@").map { String(address[address.index(after: $0)...]) } ?? address
    }

    /// Lets a job wait for a receiver's connections, from the local address whose turn it is.
    private func place(_ entry: ClaimedJob, at receiver: Receiver, _ now: NIODeadline) {
        guard let source = sources.next(at: now, where: { receiver.isAvailable(from: $0, at: now) }) else {
            release(entry)
            return pause([entry.site])
        }
        let outlet = receiver.outlets[source] ?? open(receiver, from: source)
        outlet.waiting.keep(entry)
        awaitMarks(outlet)
        if fed.last !== outlet { fed.append(outlet) }
    }

    private func open(_ receiver: Receiver, from source: Int) -> Outlet {
        var options = configuration.smtp
        let routes = configuration.routes
        if receiver.kind == .site {
            options.maximumConnections = min(options.maximumConnections, routes.connectionsPerSite)
            options.limits.connect = min(options.limits.connect, .seconds(15))
            // Receivers count open connections, used or not, and many take about a hundred messages on one.
            options.idleTimeout = .seconds(2)
            options.messagesPerConnection = min(options.messagesPerConnection, 100)
            // Redis has a site tried again, and for all workers: see ``unavailable(_:_:)``.
            options.probesWhenUnavailable = false
        }
        if routes.sources.indices.contains(source), let name = routes.sources[source].heloName {
            options.heloName = name
        }
        let outlet = Outlet(receiver, source: source, options: options, engine: self)
        outlets.add(outlet)
        return outlet
    }

    /// A site's last connection is gone and no job is here for it.
    func unused(_ outlet: Outlet) {
        guard outlet.isUnused, !outlet.isRemoved else { return }
        outlets.remove(outlet)
        _ = outlet.shutdown(grace: .zero)
    }

    // MARK: Looking up

    private func findWay(to domain: String) {
        guard let router else { preconditionFailure("a worker that sends to relays only was asked for a way") }
        // The router answers from a task; its answer comes back to the loop.
        eventLoop.makeFutureWithTask { await router.route(to: domain) }
            .assumeIsolated().whenSuccess { self.found($0, for: domain) }
    }

    private func found(_ finding: RouteFinding, for domain: String) {
        let now = NIODeadline.now()
        let known = way(finding)
        outlets.note(known.way, to: domain, until: now + known.validity)
        let jobs = unrouted.removeValue(forKey: domain) ?? []
        unroutedCount -= jobs.count
        guard phase == .running else {
            giveBack(jobs)
            return finishDrainIfDone()
        }
        for job in jobs { dispatch(job) }
        wakeFed()
        mark()
        claimIfRoom()
    }

    /// For how long a finding is used before the router, which remembers as long as the DNS lets it, is asked again.
    private static let longestValidity = TimeAmount.minutes(5)
    private static let failureValidity = TimeAmount.seconds(30)

    private func way(_ finding: RouteFinding) -> (way: Outlets.Way, validity: TimeAmount) {
        if case .hosts(let route) = finding {
            let left = TimeAmount.milliseconds((route.expires - .now).wholeMilliseconds)
            let validity = max(.seconds(1), min(left, Self.longestValidity))
            do {
                let authorities = configuration.routes.certificateAuthorityFile
                let receiver = try outlets.receiver(
                    for: SiteServers(route), sources: configuration.routes.sources.count,
                    destination: { try SMTPDestination(route, authorities: authorities) })
                return (.to(receiver), validity)
            } catch {
                let reply = SMTPReply(code: 0, text: "the address of a server is not one: \(error)")
                return (.nowhere(reply, .local), Self.failureValidity)
            }
        }
        if case .relay(let url, _) = finding {
            if let relay = outlets.relay(named: url) { return (.to(relay), Self.longestValidity) }
            return (.nowhere(SMTPReply(code: 0, text: "no route: \(url)"), .local), Self.failureValidity)
        }
        let (reply, phase) = finding.failure ?? (SMTPReply(code: 0, text: "no route"), .local)
        return (.nowhere(reply, phase), Self.failureValidity)
    }

    // MARK: Attempts that end before a connection

    /// Ends an attempt that has come to nothing, as soon as the mailing's terms are known.
    private func end(_ entry: ClaimedJob, _ result: DeliveryResult) {
        unjudged.append((entry, result))
        fetchContents(of: [entry])
        judgeEnded()
    }

    /// Judges what ended before a connection, as far as its mailings are known.
    func judgeEnded() {
        let now = UnixTime.now
        let ended = unjudged
        unjudged = []
        for (entry, result) in ended {
            guard let mailing = mailings[entry.job.id.mailing] else {
                unjudged.append((entry, result))
                continue
            }
            var entry = entry
            if entry.job.firstAttempt == nil { entry.job.firstAttempt = now }
            let hand = InHand(entry: entry, mailing: mailing, worker: lease.worker, receiver: nil)
            let classification = classifier.classify(result)
            carryOut(verdict(for: hand, classification, result), of: hand, isOurs: true, result, classification)
        }
    }

    // MARK: Receivers that cannot be reached

    /// No connection to a receiver can be opened: for a relay it is waited, of a site one contact tells, and the others wait
    /// until the site is tried again.
    func unavailable(_ outlet: Outlet, _ failure: SMTPEndpointFailure) {
        let now = NIODeadline.now()
        let receiver = outlet.receiver
        let wasAvailable = outlet.isAvailable
        outlet.isAvailable = false
        let jobs = outlet.takeAll()
        guard receiver.kind != .relay else {
            if wasAvailable {
                logger.warning("a relay does not take mail", metadata: ["smtp.failure": "\(failure)"])
            }
            if !outlets.isRelayAvailable(at: now) {
                lease.condition = "relay unavailable: \(failure)"
                giveBack(jobs)
            } else {
                for job in jobs { dispatch(job) }
                wakeFed()
            }
            return
        }
        receiver.noteFailure(from: outlet.source, at: now)
        outlets.remove(outlet)
        // Within its own call the pool cannot end; what it has in hand finishes.
        let grace = configuration.smtp.limits.dataTermination
        eventLoop.assumeIsolated().execute { _ = outlet.shutdown(grace: grace) }
        if receiver.isAvailable(at: now) {
            for job in jobs { dispatch(job) }
            return wakeFed()
        }
        guard receiver.kind == .site else {
            // A server of ours: that it is down is nobody's outcome (L4).
            logger.warning("a relay does not take mail", metadata: ["smtp.failure": "\(failure)"])
            lease.condition = "relay unavailable: \(failure)"
            giveBack(jobs)
            return pause(Set(jobs.map(\.site)))
        }
        endUnreached(jobs, of: receiver, failure, at: now)
    }

    /// Leaves sites alone for a while because of a trouble of our own: their pause does not grow.
    func pause(_ sites: Set<String>) {
        for site in sites {
            backOff(site, .blocked, named: nil, pause: configuration.backOff, longest: configuration.backOff)
        }
    }

    private func endUnreached(
        _ jobs: [ClaimedJob], of receiver: Receiver, _ failure: SMTPEndpointFailure, at now: NIODeadline
    ) {
        guard let first = jobs.first else { return }
        if failure.kind == .unreachable, reach.failedToReach(receiver.name, at: now) {
            giveBack(jobs)
            return hold(because: "no server can be reached, \(failure)")
        }
        giveBack(Array(jobs.dropFirst()))
        // Whoever garbles the greeting or EHLO could not be reached, either (C1).
        end(
            first,
            .reply(
                failure.reply ?? SMTPReply(code: 0, text: failure.message),
                phase: failure.kind == .unreachable ? .connect : failure.phase))
        for site in Set(jobs.map(\.site)) {
            backOff(
                site, failure.kind == .refusedForNow ? .slow : .blocked, named: nil,
                pause: failure.kind == .refused ? nil : configuration.backOff)
        }
    }

    /// How long a relay that refuses us is left out while others take mail.
    private static let relayPause = TimeAmount.seconds(30)

    /// A relay does not want us: the others stand in for it for a while; where there are none, all wait.
    func refused(by relay: Receiver, _ reason: String) {
        let now = NIODeadline.now()
        guard outlets.relays.contains(where: { $0 !== relay && $0.isAvailable(at: now) }) else {
            return hold(because: reason)
        }
        let refused = relay.outlets.compactMap(\.self).filter(\.isAvailable)
        guard !refused.isEmpty else { return }
        logger.warning("a relay refuses us; others stand in for it", metadata: ["reason": "\(reason)"])
        var jobs: [ClaimedJob] = []
        for outlet in refused {
            outlet.isAvailable = false
            jobs += outlet.takeAll()
        }
        for job in jobs { dispatch(job) }
        eventLoop.assumeIsolated().scheduleTask(in: Self.relayPause) {
            for outlet in refused { outlet.isAvailable = true }
            self.claimIfRoom()
        }
    }

    /// A receiver takes mail again.
    func available(_ outlet: Outlet) {
        if !outlet.isAvailable {
            logger.notice("a relay takes mail again", metadata: ["smtp.relay": "\(outlet.receiver.name)"])
        }
        outlet.isAvailable = true
        lease.condition = "sending"
        claimIfRoom()
    }

    // MARK: All outlets

    /// Lets connections look for messages wherever some wait.
    func wakeOutlets() {
        for outlet in outlets.all { outlet.wake() }
    }

    /// Lets the connections of outlets that got jobs look for them.
    func wakeFed() {
        let outlets = fed
        fed.removeAll(keepingCapacity: true)
        for outlet in outlets { outlet.wake() }
    }

    /// Takes out all that was claimed and not begun.
    func takeWaiting() -> [ClaimedJob] {
        var jobs = outlets.all.flatMap { $0.takeAll() }
        jobs += unrouted.values.joined()
        jobs += unjudged.map(\.entry)
        // A lookup that is under way finds nobody.
        unrouted.removeAll()
        unroutedCount = 0
        unjudged.removeAll()
        return jobs
    }

    /// Gives back all that was claimed and not begun.
    func giveBackWaiting() { giveBack(takeWaiting()) }

    /// Ends all connections when what is in hand has its results.
    func shutdownOutlets(grace: TimeAmount) -> EventLoopFuture<Void> {
        .andAllComplete(outlets.all.map { $0.shutdown(grace: grace) }, on: eventLoop)
    }
}
