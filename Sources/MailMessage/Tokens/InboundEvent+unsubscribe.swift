internal import Crypto
public import Delivery

extension InboundEvent {
    /// That a contact leaves the list by what its message gave it for that (U1): a link, a page, an address to write to.
    ///
    /// Whatever way is taken, and however often, it is one event.
    /// - Parameter way: what was done, in a few words, for the history.
    public static func unsubscribe(_ job: DeliveryJob.ID, at time: UnixTime, by way: String) -> InboundEvent {
        var digest = SHA256()
        digest.update(data: Array("postrider unsubscribe \(job.mailing.rawValue) \(job.ordinal)".utf8))
        guard let id = InboundEventID(digest: digest.finalize()) else {
            preconditionFailure("a digest of 32 bytes has 16")
        }
        return InboundEvent(
            id: id, source: .unsubscribe, subject: .delivery(job), time: time,
            classification: Classification(outcome: .unsubscribed, reason: .optOut, rule: "U1"), phase: .web,
            reply: way)
    }
}
