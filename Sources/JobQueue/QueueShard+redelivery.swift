public import Delivery
internal import NIOCore
internal import RedisClient

/// An order to take up again a job that was settled.
public struct RedeliveryOrder: Sendable, Hashable {
    public var job: DeliveryJob
    public var site: String
    /// Greater than those of the job's orders before it.
    public var number: Int64
    public var due: UnixTime

    public init(job: DeliveryJob, site: String, number: Int64, due: UnixTime) {
        self.job = job
        self.site = site
        self.number = number
        self.due = due
    }
}

extension QueueShard {
    private static let ordersInCall = 100

    /// Puts jobs of one mailing that were settled aside until their next attempt; repeating an order does nothing.
    ///
    /// - Returns: Whether this shard knows the mailing; if not, some of the orders may have to be repeated once it does.
    public func redeliver(_ mailing: MailingID, _ orders: [RedeliveryOrder]) async throws -> Bool {
        for part in orders.parts(of: Self.ordersInCall) {
            var arguments: [RedisArgument] = [.init(Int(mailing.rawValue))]
            for order in part {
                arguments += [
                    .init(Int(order.job.id.ordinal)), .init(order.number), .init(order.site),
                    .init(order.due.milliseconds), .init(order.job.payload),
                ]
            }
            guard case .integer(let moved) = try await evaluate(QueueScripts.redeliver, arguments).get() else {
                throw JobQueueError.unexpected("redeliver")
            }
            if moved == -1 { return false }
        }
        return true
    }

    /// Ends jobs of which the contact book has learned otherwise that they are over.
    ///
    /// - Returns: The ordinals of those that are in flight, which have to wait for their result.
    public func callOff(_ mailing: MailingID, ordinals: [UInt32]) async throws -> [UInt32] {
        var left: [UInt32] = []
        for part in ordinals.parts(of: 500) {
            let arguments = [RedisArgument(Int(mailing.rawValue))] + part.map { RedisArgument(Int($0)) }
            let answer = try await evaluate(QueueScripts.callOff, arguments).get()
            guard case .array(let flying) = answer else { throw JobQueueError.unexpected("calloff") }
            left += flying.compactMap { $0.number.map { UInt32(clamping: $0) } }
        }
        return left
    }
}
