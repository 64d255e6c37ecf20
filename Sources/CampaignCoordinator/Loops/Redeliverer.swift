internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage

/// Puts deliveries whose messages came back into one shard of the queue again, and takes out what is over without the queue's knowing.
///
/// The orders stand in the contact book, written with what was booked. The queue carries each out once, however often it is told, so
/// a kill between any two steps, or a Redis that lost its data, only has them told again. Each shard is told by a loop of its own: a
/// server of a cluster that is away holds up no other.
struct Redeliverer: Loop {
    static let purpose = "take up again what came back"
    static let rest = Duration.milliseconds(500)
    /// Orders that are told at a time.
    private static let batch = 500

    let book: ContactBook
    let queue: JobQueue
    let shard: QueueShard
    let told: ToldMailings
    let atlas: SiteAtlas
    let logger: Logger

    func round() async throws -> Bool {
        // What fails holds up nothing else: a full Redis takes what is called off and no orders.
        var failure: (any Error)?
        var isBusy = false
        do { isBusy = try await callOff() } catch { failure = error }
        for (mailing, last) in try await book.redeliveryOrders() {
            let known = told.redelivered(mailing, to: shard.number)
            guard known.number < last else { continue }
            do {
                isBusy = try await redeliver(mailing, after: known.number, in: known.generation) || isBusy
            } catch let error as CoordinatorError {
                logger.error(
                    "a mailing cannot be taken up again",
                    metadata: ["mailing.id": "\(mailing)", "error": "\(error)"])
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return isBusy
    }

    /// Tells the shard of its own among the next orders of a mailing; answers whether it took them.
    private func redeliver(_ mailing: MailingID, after number: Int64, in generation: Int) async throws -> Bool {
        let fieldNames = try MailingSettings(try await book.mailing(mailing)).template.fieldNames()
        let batch = try await book.redeliveries(
            mailing: mailing, after: number, limit: Self.batch, fieldNames: fieldNames, at: .now)
        guard let last = batch.last else { return false }
        let sites = try await atlas.sites(of: Set(batch.map(\.entry.lane)))
        let orders = batch.compactMap { order -> RedeliveryOrder? in
            let site = sites[order.entry.lane] ?? order.entry.lane
            guard queue.shardNumber(ofSite: site) == shard.number else { return nil }
            return RedeliveryOrder(job: order.entry.job, site: site, number: order.number, due: order.due)
        }
        if !orders.isEmpty {
            // A mailing that was over may have been cleared away: the feeder makes it known again.
            guard try await shard.redeliver(mailing, orders) else { return false }
        }
        told.noteRedelivered(mailing, to: shard.number, through: last.number, in: generation)
        return true
    }

    private func callOff() async throws -> Bool {
        var last: DeliveryJob.ID?
        var isBusy = false
        while true {
            let jobs = try await book.callOffs(at: .now, after: last, limit: Self.batch)
            guard let end = jobs.last else { return isBusy }
            last = end.job
            let sites = try await atlas.sites(of: Set(jobs.map(\.lane)))
            let own = jobs.filter { queue.shardNumber(ofSite: sites[$0.lane] ?? $0.lane) == shard.number }.map(\.job)
            for (mailing, jobs) in Dictionary(grouping: own, by: \.mailing) {
                let inFlight = Set(try await shard.callOff(mailing, ordinals: jobs.map(\.ordinal)))
                let ended = jobs.filter { !inFlight.contains($0.ordinal) }
                try await book.endCallOffs(ended)
                isBusy = isBusy || !ended.isEmpty
            }
        }
    }
}
