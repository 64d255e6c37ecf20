internal import ArgumentParser
internal import Dashboard

/// `postrider queue`: the live queue in Redis.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Look at the live queue, at how TLS goes, and at jobs that kill their workers.",
        subcommands: [Status.self, QueueTLS.self, QueueDead.self])

    /// `postrider queue status`.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what is waiting, in flight and due, which workers are alive, and Redis' memory.",
            discussion: """
                The contact book, not this, is the truth of statistics: see postrider campaign stats.

                Example:
                  postrider queue status
                """)

        @OptionGroup var format: FormatOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let queue: APIQueue = try await client.withClient { try await $0.get(APIRoute.queue) }
            try format.print(queue) { QueuePicture(queue).lines.joined(separator: "\n") }
        }
    }
}

/// The queue as lines for people.
struct QueuePicture {
    private static let mostTimes = 10

    private let queue: APIQueue

    init(_ queue: APIQueue) {
        self.queue = queue
    }

    var lines: [String] {
        var lines = [
            "waiting \(NumberText.grouped(queue.waiting)), in flight \(NumberText.grouped(queue.inFlight)), due later "
                + "\(NumberText.grouped(queue.due)), batches not yet booked \(NumberText.grouped(queue.unbooked))"
        ]
        if let hold = queue.hold { lines.append(hold) }
        if queue.unaccounted != 0 {
            lines.append("\(queue.unaccounted) jobs are unaccounted for: a mistake of the program, please report it")
        }
        lines += [""] + mailings + [""] + workers
        if !queue.dueTimes.isEmpty { lines += [""] + dueTimes }
        let memory = queue.memory
        let limit = memory.limit.map { "limit \(NumberText.bytes($0))" } ?? "no limit"
        lines += [
            "",
            "Redis \(queue.redis): \(NumberText.bytes(memory.used)) used, \(NumberText.bytes(memory.peak)) at most so far, \(limit)",
        ]
        return lines
    }

    private var mailings: [String] {
        guard !queue.mailings.isEmpty else { return ["no mailing is under way"] }
        var table = Table(
            "campaign", "mailing", "state", "waiting#", "due#", "settled#", "in doubt#", "dead#", "busiest sites")
        for mailing in queue.mailings {
            let sites = mailing.sites.prefix(3).map { "\($0.site) \(NumberText.grouped($0.waiting))" }
            table.add(
                mailing.campaign, mailing.mailing, Self.state(of: mailing),
                NumberText.grouped(mailing.waiting), NumberText.grouped(mailing.due),
                NumberText.grouped(mailing.settled), NumberText.grouped(mailing.inDoubt),
                NumberText.grouped(mailing.dead),
                sites.joined(separator: ", "))
        }
        let lacks = queue.mailings.compactMap { mailing in
            mailing.lack.map { "\(mailing.campaign), \(mailing.mailing): \($0)" }
        }
        return table.lines + lacks
    }

    private static func state(of mailing: APIQueue.Mailing) -> String {
        guard !mailing.state.isEmpty else { return "not fed yet" }
        return mailing.state + (mailing.restsUntil.map { ", rests until \(TimeText.short($0))" } ?? "")
    }

    private var workers: [String] {
        guard !queue.workers.isEmpty else {
            return ["no workers; start one with: postrider worker --data DIR --relay smtp://HOST:PORT"]
        }
        var table = Table("worker", "lease", "in flight#", "says")
        for worker in queue.workers {
            let lease = worker.leaseSeconds > 0 ? "\(Int(worker.leaseSeconds.rounded(.up))) s" : "run out"
            let words = worker.description.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            table.add(worker.id, lease, NumberText.grouped(worker.inFlight), words.joined(separator: " "))
        }
        return table.lines
    }

    private var dueTimes: [String] {
        var table = Table("due at", "jobs#")
        for due in queue.dueTimes.prefix(Self.mostTimes) {
            table.add(TimeText.short(due.at), NumberText.grouped(due.jobs))
        }
        if queue.dueTimes.count > Self.mostTimes {
            let rest = queue.dueTimes.dropFirst(Self.mostTimes).reduce(0) { $0 + $1.jobs }
            table.add("later", NumberText.grouped(rest))
        }
        return table.lines
    }
}
