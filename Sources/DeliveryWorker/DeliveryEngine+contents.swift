internal import Delivery
internal import JobQueue
internal import Logging
internal import NIOCore

/// What mailings say, and which of them this worker must leave to others.
extension DeliveryEngine {
    /// Fetches what the mailings of jobs say, where it is not known yet.
    func fetchContents(of jobs: [ClaimedJob]) {
        for mailing in mailings.missing(among: jobs.lazy.map(\.job.id.mailing)) { fetchContent(of: mailing) }
    }

    /// Looks again at mailings that are left to others: they may have been changed.
    func lookAtPassedMailings() {
        for mailing in mailings.missing(among: passed.due(at: .now())) { fetchContent(of: mailing) }
    }

    private func fetchContent(of mailing: MailingID) {
        mailings.fetching.insert(mailing)
        queue.shards[0].content(of: mailing).assumeIsolated().whenComplete { answer in
            self.mailings.fetching.remove(mailing)
            switch answer {
            case .success(let content?): self.compile(content, of: mailing)
            case .success(nil) where self.passed.contains(mailing): self.take(up: mailing)
            case .success(nil): self.hold(because: "Redis does not know mailing \(mailing)")
            case .failure(let error): self.hold(because: "mailing \(mailing) cannot be read: \(error)")
            }
        }
    }

    private func compile(_ content: MailingContent, of mailing: MailingID) {
        do {
            try mailings.insert(CompiledMailing(content, keys: configuration.keys), for: mailing)
            take(up: mailing)
            judgeEnded()
            wakeOutlets()
        } catch let missing as MissingKey {
            pass(mailing, lacking: missing.description)
        } catch {
            pass(mailing, lacking: "this version cannot read it: \(error)")
        }
    }

    /// Leaves a mailing to workers that can send it, and goes on with the others.
    private func pass(_ mailing: MailingID, lacking lack: String) {
        switch passed.note(mailing, lacking: lack, at: .now()) {
        case .full: return hold(because: "mailing \(mailing) cannot be sent from here: \(lack)")
        case .known: break
        case .new:
            logger.warning(
                "a mailing cannot be sent from here and is left to other workers",
                metadata: ["mailing.id": "\(mailing)", "reason": "\(lack)"])
        }
        lease.lacks = passed.lacks
        giveBackWaiting(of: mailing)
        claimIfRoom()
    }

    /// A mailing that was left to others can be sent from here, or is gone.
    private func take(up mailing: MailingID) {
        guard passed.remove(mailing) else { return }
        lease.lacks = passed.lacks
        logger.notice("a mailing is no longer left to others", metadata: ["mailing.id": "\(mailing)"])
        claimIfRoom()
    }

    /// Gives back all of a mailing that was claimed and not begun.
    private func giveBackWaiting(of mailing: MailingID) {
        func isOfIt(_ entry: ClaimedJob) -> Bool { entry.job.id.mailing == mailing }
        var jobs = outlets.all.flatMap { $0.waiting.removeAll(where: isOfIt) }
        for (domain, waiting) in unrouted {
            let rest = waiting.filter { !isOfIt($0) }
            guard rest.count < waiting.count else { continue }
            jobs += waiting.filter(isOfIt)
            unroutedCount -= waiting.count - rest.count
            // The lookup goes on; where nobody waits any more it finds nobody.
            unrouted[domain] = rest
        }
        jobs += unjudged.map(\.entry).filter(isOfIt)
        unjudged.removeAll { isOfIt($0.entry) }
        giveBack(jobs)
    }
}
