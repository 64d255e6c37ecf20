internal import Delivery

/// A refusal in the form of a receipt: what the filter of a recipient answers when it rejects a message that was accepted already.
///
/// RFC 5429 §2.2.1 lets a Sieve script do so; the receipt then says that the message was deleted, and nobody had a hand in it.
/// Some programs say the same of a message that its reader threw away unread: only `Auto-Submitted` tells the two apart
/// (``MessageOrigin/isRejection``).
struct RefusalByReceipt: Sendable {
    var recipient: DeliveryReport.Recipient

    /// Reads the decoded body of a message/disposition-notification part (RFC 8098 §3.1); `nil` where it is an ordinary receipt.
    init?(reading body: Bytes, limits: ParseLimits) {
        var recipient = DeliveryReport.Recipient(action: .failed)
        var isRefusal = false
        for field in ReportFields(body, limits: limits).fields {
            if field.name.isText("final-recipient") {
                recipient.finalRecipient = AddressFinder.address(of: field.value)
            } else if field.name.isText("original-recipient") {
                recipient.originalRecipient = AddressFinder.address(of: field.value)
            } else if field.name.isText("disposition") {
                let value = field.value.trimmed
                let type = value.drop { $0 != UInt8(ascii: ";") }.dropFirst().trimmed
                isRefusal =
                    value.hasPrefix("automatic-action/") && (type.hasPrefix("deleted") || type.hasPrefix("denied"))
            }
        }
        guard isRefusal, recipient.finalRecipient != nil || recipient.originalRecipient != nil else { return nil }
        self.recipient = recipient
    }
}
