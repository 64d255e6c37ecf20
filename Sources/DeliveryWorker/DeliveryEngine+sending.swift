internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage
internal import NIOCore
internal import SMTP

extension DeliveryEngine {
    /// Hands messages to a connection of an outlet.
    func nextMessages(
        for outlet: Outlet, upTo count: Int, isIdle: Bool, on session: SMTPSession
    ) -> [OutgoingMessage] {
        guard phase == .running else { return [] }
        // Who asks has a connection.
        reach.reached(at: .now())
        guard mayBegin else {
            if !outlet.waiting.isEmpty { lookAgain(in: Self.retryDelay) }
            return []
        }
        let now = UnixTime.now
        var messages: [OutgoingMessage] = []
        if let suspect = outlet.waiting.suspects.first, let mailing = mailings[suspect.job.id.mailing] {
            // Until it is idle the connection gets nothing, so that the suspect's turn comes.
            if isIdle {
                messages.append(
                    begin(
                        outlet.waiting.suspects.removeFirst(), mailing, at: now, by: outlet.receiver, on: session,
                        alone: true))
            }
        } else {
            messages.reserveCapacity(min(count, outlet.waiting.marked.count + outlet.waiting.plain.count))
            while messages.count < count, let entry = outlet.waiting.marked.first,
                let mailing = mailings[entry.job.id.mailing]
            {
                messages.append(
                    begin(
                        outlet.waiting.marked.removeFirst(), mailing, at: now, by: outlet.receiver, on: session,
                        alone: false))
            }
            while messages.count < count, let entry = outlet.waiting.plain.first,
                let mailing = mailings[entry.job.id.mailing]
            {
                outlet.waiting.plain.removeFirst()
                if mailing.inDoubt == .hold {
                    outlet.waiting.unmarked.append(entry)
                } else {
                    messages.append(begin(entry, mailing, at: now, by: outlet.receiver, on: session, alone: false))
                }
            }
        }
        if messages.isEmpty { fetchContents(of: outlet.waiting.heads) }
        awaitMarks(outlet)
        mark()
        claimIfRoom()
        return messages
    }

    private func begin(
        _ entry: ClaimedJob, _ mailing: CompiledMailing, at now: UnixTime, by receiver: Receiver,
        on session: SMTPSession, alone: Bool
    ) -> OutgoingMessage {
        countTLS(of: session, entry.job, to: receiver)
        let message = mailing.compose(entry.job, date: now, in: &buffer)
        var entry = entry
        if entry.job.firstAttempt == nil { entry.job.firstAttempt = now }
        return OutgoingMessage(
            token: inHand.insert(InHand(entry: entry, mailing: mailing, worker: lease.worker, receiver: receiver)),
            sender: mailing.sender(of: entry.job), recipient: recipient(of: entry.job), content: message.content,
            needsSMTPUTF8: message.needsSMTPUTF8, goesAlone: alone,
            notifications: mailing.notifications(of: entry.job), requiresTLS: mailing.requiresTLS)
    }

    func finished(_ token: UInt64, _ result: DeliveryResult) {
        guard var hand = inHand.remove(token) else {
            preconditionFailure("the pool finished a message that it was not given, or twice")
        }
        if orphans.remove(hand.entry.job.id) != nil, let claimed = adopted.removeValue(forKey: hand.entry.job.id) {
            hand.worker = lease.worker
            hand.entry.siteIsPaced = claimed.siteIsPaced
            hand.entry.siteCountsConnections = claimed.siteCountsConnections
        }
        let classification = judged(result, by: hand.receiver)
        // Of a job that went to another with the lost lease, only a permanent outcome counts.
        let isOurs = hand.worker == lease.worker
        let trouble = SiteTrouble(result, classification)
        if trouble == .blocked, hand.isOutdated {
            // One contact pays for finding out that its site refuses us, not all that were on their way.
            if isOurs { release(hand.entry) }
        } else if classification.reason == .inDoubt, hand.mailing.inDoubt == .hold {
            if isOurs { holdInDoubt(hand.entry, classification, result) }
        } else {
            carryOut(verdict(for: hand, classification, result), of: hand, isOurs: isOurs, result, classification)
            // What was on its way already is no second incident, however late its reply.
            if isOurs, !hand.isOutdated, let trouble {
                backOff(hand.entry.site, trouble, named: classification.retryAfter)
            }
        }
        claimIfRoom()
        finishDrainIfDone()
    }

    /// What a result means.
    ///
    /// A stranger's server that wants a login, or takes nobody more, says so to us alone: that is its trouble, and ages like any
    /// other, while of a relay it would be ours (L4).
    private func judged(_ result: DeliveryResult, by receiver: Receiver?) -> Classification {
        let classification = classifier.classify(result)
        guard receiver?.kind == .site, case .reply = result,
            classification.outcome == nil || classification.reason == .localFault
        else { return classification }
        return Classification(
            outcome: .deferred, reason: .temporary, rule: "4d", retryAfter: classification.retryAfter)
    }

    func verdict(for hand: InHand, _ classification: Classification, _ result: DeliveryResult) -> Verdict {
        hand.mailing.retry.verdict(
            for: classification, job: hand.entry.job, phase: result.phase, reply: result.words, now: .now,
            using: &random)
    }

    func carryOut(
        _ verdict: Verdict, of hand: InHand, isOurs: Bool, _ result: DeliveryResult, _ classification: Classification
    ) {
        switch verdict {
        case .settle(let change):
            settle(change, of: hand.entry)
            if change.outcome == .sent {
                meter.count(hand.entry.site, at: .now())
                noteSuccess()
            }
        case .postpone(let change, let delay, let job):
            guard isOurs else { break }
            postpone(
                PostponedJob(job: job, site: hand.entry.site, delay: delay, change: change), of: hand.entry)
        case .giveBack:
            if isOurs { release(hand.entry) }
            guard case .reply(let reply, _) = result else { break }
            if let receiver = hand.receiver, receiver.kind == .relay {
                refused(by: receiver, "the relay answers \(reply.code) (\(classification.reason))")
            } else if isOurs, !hand.isOutdated {
                pause([hand.entry.site])
            }
        }
    }

    /// Holds a message that may have been accepted until its owner decides.
    private func holdInDoubt(_ entry: ClaimedJob, _ classification: Classification, _ result: DeliveryResult) {
        var job = entry.job
        job.attempts = job.attempts == .max ? .max : job.attempts + 1
        let change = StatusChange(
            job: job.id, time: .now, outcome: .queued, reason: .inDoubtHeld, rule: classification.rule,
            phase: result.phase, attempt: job.attempts, reply: result.words)
        postpone(PostponedJob(job: job, site: entry.site, delay: nil, change: change), of: entry)
    }

    /// Slows a site down for everyone, and gives back what waits here for it.
    ///
    /// - Parameters:
    ///   - pause: the first pause; `nil` takes the one that is configured for this kind of trouble.
    ///   - longest: the longest pause; `nil` takes the one that is configured.
    func backOff(
        _ site: String, _ trouble: SiteTrouble, named: Duration?, pause: Duration? = nil, longest: Duration? = nil
    ) {
        for outlet in outlets.all { giveBack(outlet.waiting.removeAll(ofSite: site)) }
        inHand.forEach { if $0.entry.site == site { $0.isOutdated = true } }
        // One incident has many replies; one call tells of them.
        guard backingOff.insert(site).inserted else { return }
        let pause = pause ?? (trouble == .slow ? configuration.backOff : configuration.probeInterval)
        queue.shard(ofSite: site).backOff(
            site: site, trouble, named: named, interval: meter.interval(of: site, at: .now()), pause: pause,
            longest: longest ?? configuration.longestPause
        ).assumeIsolated().whenComplete { answer in
            self.backingOff.remove(site)
            switch answer {
            case .success(let pause):
                self.logger.notice(
                    trouble == .slow ? "a site asks for less mail" : "a site takes no mail from us",
                    metadata: ["site": "\(site)", "pause.ms": "\(pause.wholeMilliseconds)"])
            case .failure(let error):
                self.logger.warning(
                    "cannot tell Redis to slow a site down", metadata: ["site": "\(site)", "error": "\(error)"])
            }
        }
    }
}
