public import Delivery
public import NIOCore
internal import RedisClient

extension QueueShard {
    /// Gives a worker its identity and first lease, or, with an identity that another shard gave, the lease here.
    ///
    /// - Parameter description: What `queue status` shows of the worker, as JSON.
    public func register(
        _ name: String, lease: Duration, description: String
    ) -> EventLoopFuture<WorkerID> {
        evaluate(QueueScripts.register, [.init(name), .init(lease.wholeMilliseconds), .init(description)])
            .flatMapThrowing { answer in
                guard let identity = answer.text else { throw JobQueueError.unexpected("register") }
                return WorkerID(rawValue: identity)
            }
    }

    /// Extends a worker's lease; answers `false` when it is lost and the worker must register anew.
    public func beat(_ worker: WorkerID, lease: Duration, description: String) -> EventLoopFuture<Bool> {
        evaluate(QueueScripts.beat, [.init(worker.rawValue), .init(lease.wholeMilliseconds), .init(description)])
            .map { $0 == .integer(1) }
    }

    /// The most mailings that a worker can leave to others.
    public static let mostPasses = 64

    /// Claims up to `want` jobs (at most 500 a call) for a worker.
    ///
    /// - Parameter passing: Mailings that the worker leaves to others, at most ``mostPasses``.
    /// - Throws: ``JobQueueError/Code/leaseLost`` when the worker must register anew, ``JobQueueError/Code/notOpen`` as long as
    ///   the coordinator has not let this Redis process hand out jobs; then nothing was claimed for certain.
    public func claim(
        _ want: Int, for worker: WorkerID, passing mailings: [MailingID] = []
    ) -> EventLoopFuture<Claim> {
        let passes = mailings.prefix(Self.mostPasses).map { RedisArgument(Int($0.rawValue)) }
        return evaluate(QueueScripts.claim, [.init(worker.rawValue), .init(want)] + passes, loadsIfMissing: false)
            .flatMapErrorThrowing { error in
                guard (error as? RedisError)?.code == .server("NOSCRIPT") else { throw error }
                throw JobQueueError(
                    code: .notOpen,
                    message: "Redis has started anew; its coordinator must check it before jobs are sent")
            }
            .flatMapThrowing { answer in
                if answer == .null {
                    throw JobQueueError(code: .leaseLost, message: "the lease of \(worker) has run out")
                }
                return try Claim(answer, want: want)
            }
    }

    /// Marks jobs as about to be sent, so that the reaper knows which ones may have been.
    ///
    /// - Returns: Per job whether it may be sent: one that is no longer in this worker's flight may not.
    /// - Throws: ``JobQueueError/Code/leaseLost`` when the worker must register anew.
    public func air(_ jobs: [DeliveryJob.ID], by worker: WorkerID) -> EventLoopFuture<[Bool]> {
        var arguments: [RedisArgument] = [.init(worker.rawValue)]
        for job in jobs {
            arguments.append(.init(Int(job.mailing.rawValue)))
            arguments.append(.init(Int(job.ordinal)))
        }
        return evaluate(QueueScripts.air, arguments).flatMapThrowing { answer in
            if answer == .null { throw JobQueueError(code: .leaseLost, message: "the lease of \(worker) has run out") }
            guard case .array(let marks) = answer, marks.count == jobs.count else {
                throw JobQueueError.unexpected("air")
            }
            return marks.map { $0 == .integer(1) }
        }
    }

    /// Ends jobs for good; the changes reach the coordinator exactly once however often this is repeated.
    ///
    /// - Parameter news: What paced sites accepted.
    /// - Returns: How many of the changes were news.
    public func settle(_ changes: [StatusChange], by worker: WorkerID, news: [SiteNews] = []) -> EventLoopFuture<Int> {
        var arguments: [RedisArgument] = [.init(worker.rawValue)]
        arguments.reserveCapacity(4 + 2 * changes.count)
        arguments.append(news)
        for group in changes.groupedByMailing(atMost: 100) {
            arguments.append(.init(Int(group[group.startIndex].job.mailing.rawValue)))
            arguments.append(.init(group.count))
            for change in group {
                arguments.append(.init(Int(change.job.ordinal)))
                arguments.append(.init(change.wire))
            }
        }
        return evaluate(QueueScripts.settle, arguments).flatMapThrowing { answer in
            guard case .integer(let news) = answer else { throw JobQueueError.unexpected("settle") }
            return Int(news)
        }
    }

    /// Puts jobs aside until their next attempt, each with the status change that says why.
    public func postpone(_ jobs: [PostponedJob], by worker: WorkerID) -> EventLoopFuture<Int> {
        var arguments: [RedisArgument] = [.init(worker.rawValue)]
        arguments.reserveCapacity(1 + 6 * jobs.count)
        for postponed in jobs {
            arguments.append(.init(Int(postponed.job.id.mailing.rawValue)))
            arguments.append(.init(Int(postponed.job.id.ordinal)))
            arguments.append(.init(postponed.site))
            arguments.append(.init(postponed.delay.map { max(0, $0.wholeMilliseconds) } ?? -1))
            arguments.append(.init(postponed.job.payload))
            arguments.append(.init(postponed.change.wire))
        }
        return evaluate(QueueScripts.defer, arguments).flatMapThrowing { answer in
            guard case .integer(let moved) = answer else { throw JobQueueError.unexpected("defer") }
            return Int(moved)
        }
    }

    /// Gives claimed jobs back to the head of their lanes, no attempt charged.
    public func release(_ jobs: [DeliveryJob.ID], by worker: WorkerID) -> EventLoopFuture<Int> {
        var arguments: [RedisArgument] = [.init(worker.rawValue)]
        for job in jobs {
            arguments.append(.init(Int(job.mailing.rawValue)))
            arguments.append(.init(Int(job.ordinal)))
        }
        return evaluate(QueueScripts.release, arguments).flatMapThrowing { answer in
            guard case .integer(let moved) = answer else { throw JobQueueError.unexpected("release") }
            return Int(moved)
        }
    }

    /// Gives back everything in a worker's flight, no attempt charged; answers how many jobs are left there for another call.
    public func returnFlight(of worker: WorkerID) -> EventLoopFuture<Int> {
        evaluate(
            QueueScripts.returnFlight, [.init(worker.rawValue), .init(500), .init(HoldKind.inDoubt.wireTail)]
        ).flatMapThrowing { answer in
            guard case .integer(let left) = answer else { throw JobQueueError.unexpected("return_flight") }
            return Int(left)
        }
    }

    /// Gives up a lease that has nothing in flight; answers whether it is gone.
    public func leave(_ worker: WorkerID) -> EventLoopFuture<Bool> {
        evaluate(QueueScripts.leave, [.init(worker.rawValue)]).map { $0 == .integer(1) }
    }

    /// The content that was published for a mailing, with its version; `nil` when Redis does not know the mailing.
    public func content(of mailing: MailingID) -> EventLoopFuture<MailingContent?> {
        command(["HMGET", .init(keys.mailing(mailing)), "content", "version"]).flatMapThrowing { answer in
            guard case .array(let values) = answer, values.count == 2 else { throw JobQueueError.unexpected("HMGET") }
            guard let bytes = values[0].bytes, let version = values[1].text else { return nil }
            return MailingContent(bytes: bytes, version: version)
        }
    }

    /// The suppressions, among those made since the campaign began, that concern these addresses; one entry per address.
    ///
    /// - Parameter comparisonKeys: The addresses in the form that duplicates are found by.
    public func suppressions(of comparisonKeys: [String]) -> EventLoopFuture<[SuppressionNotice?]> {
        command(["HMGET", .init(keys.suppressed)] + comparisonKeys.map { .init($0) }).flatMapThrowing { answer in
            guard case .array(let values) = answer else { throw JobQueueError.unexpected("HMGET") }
            return values.map { $0.text.flatMap(SuppressionNotice.init(stored:)) }
        }
    }
}

extension QueueShard {
    /// What was suppressed since `known` suppressions had been told of.
    public func suppressionNews(after known: Int) -> EventLoopFuture<SuppressionNews> {
        evaluate(QueueScripts.news, [.init(known)]).flatMapThrowing { answer in
            guard case .array(let parts) = answer, case .integer(let told)? = parts.first else {
                throw JobQueueError.unexpected("news")
            }
            return SuppressionNews(told: Int(told), entries: parts.dropFirst().map(\.text))
        }
    }
}

extension Claim {
    /// Reads the script's answer.
    fileprivate init(_ answer: RedisValue, want: Int) throws {
        guard case .array(let parts) = answer, parts.count % 4 == 2, case .integer(let wait) = parts[0],
            case .integer(let suppressions) = parts[1]
        else { throw JobQueueError.unexpected("claim") }
        self.init(jobs: [], nextIn: wait < 0 ? nil : .milliseconds(wait), suppressionsExist: suppressions > 0)
        jobs.reserveCapacity(want)
        for i in stride(from: 2, to: parts.count, by: 4) {
            guard let mailing = parts[i].text.flatMap({ UInt32($0) }).map(MailingID.init(rawValue:)),
                let site = parts[i + 1].text, case .integer(let paced) = parts[i + 2],
                case .array(let payloads) = parts[i + 3]
            else { throw JobQueueError.unexpected("claim") }
            for payload in payloads {
                guard let bytes = payload.bytes else { throw JobQueueError.unexpected("claim") }
                jobs.append(
                    ClaimedJob(
                        job: try DeliveryJob(payload: bytes, mailing: mailing), site: site, siteIsPaced: paced > 0,
                        siteCountsConnections: paced == 2, recoveries: DeliveryJob.recoveries(payload: bytes)))
            }
        }
    }
}

extension [RedisArgument] {
    /// Appends what paced sites accepted, as `note_accepted` of ended.lua reads it.
    fileprivate mutating func append(_ news: [SiteNews]) {
        append(.init(news.count))
        for site in news { append(.init(site.site)) }
        for site in news { append(.init(site.sent)) }
    }
}

extension [StatusChange] {
    /// Runs of changes of one mailing, none longer than `most`.
    fileprivate func groupedByMailing(atMost most: Int) -> [ArraySlice<StatusChange>] {
        var groups: [ArraySlice<StatusChange>] = []
        var start = startIndex
        for i in indices where i > start && (self[i].job.mailing != self[start].job.mailing || i - start == most) {
            groups.append(self[start..<i])
            start = i
        }
        if start < endIndex { groups.append(self[start...]) }
        return groups
    }
}
