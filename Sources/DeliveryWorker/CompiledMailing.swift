internal import Delivery
internal import JobQueue
internal import MailMessage
internal import SMTP

/// A mailing as a worker uses it: its message compiled once, its signers, its retry policy and its return path.
final class CompiledMailing {
    let retry: RetryPolicy
    let inDoubt: InDoubtPolicy
    /// Whether every server on the way must take it by TLS and prove who it is (RFC 8689).
    let requiresTLS: Bool
    private let message: CompiledMessage
    private let envelopeSender: String
    /// Where each contact has a return path of its own: its domain, and what makes its token.
    private let returnPath: (domain: String, key: TokenKey)?
    private var signer: MessageSigner?

    /// Compiles what the queue says of a mailing.
    /// - Throws: An error when the content is not of this version, its template does not compile, or a key for it is missing.
    init(_ content: MailingContent, keys: WorkerKeys) throws {
        let settings = try MailingSettings(encoded: content.bytes)
        let options = settings.template.options
        envelopeSender = settings.envelopeSender
        retry = settings.retry
        inDoubt = settings.inDoubt
        requiresTLS = settings.requiresTLS ?? false
        if options?.needsTokens == true, keys.tokens == nil { throw MissingKey.tokens }
        message = try CompiledMessage(settings.template, tokenKey: keys.tokens?.current)
        if let domain = options?.bounceDomain, let key = keys.tokens?.current {
            returnPath = (domain, key)
        } else {
            returnPath = nil
        }
        let sender = settings.template.from.domain
        let signers = keys.dkim.signers(forSender: sender)
        if signers.isEmpty, options?.dkim == .required { throw MissingKey.dkim(sender) }
        signer = signers.isEmpty ? nil : MessageSigner(signers)
    }

    /// The address in MAIL FROM of one contact's message.
    func sender(of job: DeliveryJob) -> String {
        guard let returnPath else { return envelopeSender }
        return ReturnPath.address(for: job.id, domain: returnPath.domain, key: returnPath.key)
    }

    /// What servers that send delivery reports shall name in those about one contact's message.
    func notifications(of job: DeliveryJob) -> SMTPNotifications {
        SMTPNotifications(
            envelopeID: EnvelopeID.text(of: job.id, key: returnPath?.key), originalRecipient: job.address,
            returned: .headers)
    }

    /// The message for one contact, signed if there are keys for its sender.
    ///
    /// - Parameter buffer: Room to render in, used again and again.
    func compose(
        _ job: DeliveryJob, date: UnixTime, in buffer: inout MessageBuffer
    ) -> (content: [UInt8], needsSMTPUTF8: Bool) {
        buffer.removeAll()
        let rendered = message.render(job, date: date, into: &buffer)
        guard let signatures = signatures(of: rendered, in: &buffer, date: date) else {
            return (buffer.withUnsafeBytes { [UInt8]($0) }, rendered.needsSMTPUTF8)
        }
        let content = buffer.withUnsafeBytes { message in
            [UInt8](unsafeUninitializedCapacity: signatures.count + message.count) { content, count in
                let bytes = UnsafeMutableRawBufferPointer(content)
                bytes.copyBytes(from: signatures)
                UnsafeMutableRawBufferPointer(rebasing: bytes[signatures.count...]).copyMemory(from: message)
                count = signatures.count + message.count
            }
        }
        return (content, rendered.needsSMTPUTF8)
    }

    private func signatures(of message: RenderedMessage, in buffer: inout MessageBuffer, date: UnixTime) -> [UInt8]? {
        do {
            return try signer?.signatures(of: message, in: &buffer, date: date)
        } catch {
            // A key that has once been read signs whatever it is given; only a lack of memory is left.
            preconditionFailure("a DKIM key that was read cannot sign: \(error)")
        }
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
