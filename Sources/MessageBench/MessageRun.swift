internal import Delivery
internal import MailMessage

/// Composes and signs message after message as a worker does, each for another contact.
struct MessageRun {
    private let message: CompiledMessage
    private var signer: MessageSigner?
    private var number: UInt32 = 0
    private let fields: [[String]]

    init(_ message: CompiledMessage, signers: [DKIMSigner]) {
        self.message = message
        signer = signers.isEmpty ? nil : MessageSigner(signers)
        fields = (0..<100).map { number in message.fieldNames.map { "\($0) \(number)" } }
    }

    /// The length of an unsigned message.
    var bytes: Int {
        var buffer = MessageBuffer()
        return message.render(job(0), date: UnixTime(milliseconds: 0), into: &buffer).range.count
    }

    /// Composes the next messages.
    mutating func compose(_ count: Int) throws {
        var buffer = MessageBuffer()
        let now = UnixTime.now
        var length = 0
        for _ in 0..<count {
            number &+= 1
            buffer.removeAll()
            let rendered = message.render(job(number), date: now, into: &buffer)
            let signatures = try signer?.signatures(of: rendered, in: &buffer, date: now) ?? []
            // The worker makes an array of it for the connection.
            length &+= (signatures + buffer.withUnsafeBytes { [UInt8]($0) }).count
        }
        precondition(count == 0 || length > 0, "messages have a length")
    }

    private func job(_ number: UInt32) -> DeliveryJob {
        DeliveryJob(
            id: DeliveryJob.ID(mailing: MailingID(rawValue: 1), ordinal: number),
            address: "contact.\(number)@example.com",
            fields: fields[Int(number % 100)])
    }
}
