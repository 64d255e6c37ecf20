internal import Contacts
internal import Delivery
internal import JobQueue
internal import Logging
internal import MailMessage

/// Puts deliveries whose messages came back into the queue again, and takes out what is over without the queue's knowing.
///
/// The orders stand in the contact book, written with what was booked. The queue carries each out once, however often it is told, so
/// a kill between any two steps, or a Redis that lost its data, only has them told again.
struct Redeliverer: Loop {
    static let purpose = "take up again what came back"
    static let rest = Duration.milliseconds(500)
    /// Orders that are told at a time.
    private static let batch = 500

    let book: ContactBook
    let queue: JobQueue
    let told: ToldMailings
    let atlas: SiteAtlas
    let logger: Logger

    func round() async throws -> Bool {
        // What fails holds up nothing else: a full Redis takes what is called off and no orders, and one server of a cluster may be away.
        var failure: (any Error)?
        var isBusy = false
        do { isBusy = try await callOff() } catch { failure = error }
        for (mailing, last) in try await book.redeliveryOrders() {
            let known = told.redelivered(mailing)
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

    /// Tells the queue of the next orders of a mailing; answers whether it took them.
    private func redeliver(_ mailing: MailingID, after number: Int64, in generation: Int) async throws -> Bool {
        let fieldNames = try MailingSettings(try await book.mailing(mailing)).template.fieldNames()
        let batch = try await book.redeliveries(
            mailing: mailing, after: number, limit: Self.batch, fieldNames: fieldNames, at: .now)
        guard let last = batch.last else { return false }
        let sites = try await atlas.sites(of: Set(batch.map(\.entry.lane)))
        var orders = [[RedeliveryOrder]](repeating: [], count: queue.shards.count)
        for order in batch {
            let site = sites[order.entry.lane] ?? order.entry.lane
            orders[queue.shardNumber(ofSite: site)].append(
                RedeliveryOrder(job: order.entry.job, site: site, number: order.number, due: order.due))
        }
        for shard in queue.shards where !orders[shard.number].isEmpty {
            // A mailing that was over may have been cleared away: the feeder makes it known again.
            guard try await shard.redeliver(mailing, orders[shard.number]) else { return false }
        }
        told.noteRedelivered(mailing, through: last.number, in: generation)
        return true
    }

    private func callOff() async throws -> Bool {
        let jobs = try await book.callOffs(at: .now, limit: Self.batch)
        guard !jobs.isEmpty else { return false }
        let sites = try await atlas.sites(of: Set(jobs.map(\.lane)))
        let groups = Dictionary(grouping: jobs) { job in
            let shard = queue.shardNumber(ofSite: sites[job.lane] ?? job.lane)
            return Place(shard: shard, mailing: job.job.mailing)
        }
        var ended: [DeliveryJob.ID] = []
        var failure: (any Error)?
        for (place, jobs) in groups {
            do {
                let inFlight = Set(
                    try await queue.shards[place.shard].callOff(place.mailing, ordinals: jobs.map(\.job.ordinal)))
                ended += jobs.map(\.job).filter { !inFlight.contains($0.ordinal) }
            } catch {
                failure = error
            }
        }
        try await book.endCallOffs(ended)
        if let failure { throw failure }
        return !ended.isEmpty
    }

    private struct Place: Hashable {
        var shard: Int
        var mailing: MailingID
    }
}
