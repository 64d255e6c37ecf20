internal import Delivery
internal import JobQueue
internal import MailMessage

/// A mailing as a worker uses it: its message compiled once, its retry policy and its return path.
final class CompiledMailing {
    let envelopeSender: String
    let retry: RetryPolicy
    let inDoubt: InDoubtPolicy
    private let message: CompiledMessage

    /// - Throws: An error when the content is not of this version or its template does not compile.
    init(_ content: MailingContent) throws {
        let settings = try MailingSettings(encoded: content.bytes)
        envelopeSender = settings.envelopeSender
        retry = settings.retry
        inDoubt = settings.inDoubt
        message = try CompiledMessage(settings.template)
    }

    /// The message for one contact.
    ///
    /// - Parameter buffer: Room to render in, used again and again.
    func compose(
        _ job: DeliveryJob, date: UnixTime, in buffer: inout MessageBuffer
    ) -> (content: [UInt8], needsSMTPUTF8: Bool) {
        buffer.removeAll()
        let rendered = message.render(job, date: date, into: &buffer)
        return (buffer.withUnsafeBytes { [UInt8]($0) }, rendered.needsSMTPUTF8)
    }
}

/// The mailings that a worker has compiled, the most recently used of them.
struct MailingCache {
    private static let limit = 64
    private var mailings: [MailingID: CompiledMailing] = [:]
    /// Mailings whose content is being fetched.
    var fetching: Set<MailingID> = []

    subscript(mailing: MailingID) -> CompiledMailing? { mailings[mailing] }

    mutating func insert(_ compiled: CompiledMailing, for mailing: MailingID) {
        if mailings.count >= Self.limit { mailings.removeAll() }
        mailings[mailing] = compiled
    }

    mutating func removeAll() {
        mailings.removeAll()
    }

    /// The mailings that are neither here nor on their way.
    func missing(among wanted: some Sequence<MailingID>) -> Set<MailingID> {
        Set(wanted.filter { mailings[$0] == nil && !fetching.contains($0) })
    }
}
