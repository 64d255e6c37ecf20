public import Delivery

/// What an incoming message says about one recipient of ours, judged.
public struct InboundFinding: Hashable, Sendable {
    /// The recipient as the message names it: Final-Recipient, or the address in a notice; `nil` when it names none.
    public var recipient: String?
    /// The recipient that we gave (ORCPT, RFC 3461 §4.2), where the report repeats it.
    public var originalRecipient: String?
    /// What was done with the message; `nil` where that is not a question, as with a complaint.
    public var action: ReportAction?
    public var status: EnhancedStatusCode?
    /// The reply code that is quoted; `nil` without one.
    public var code: UInt16?
    /// What it means; `nil` when the message says nothing about any recipient.
    public var classification: Classification?
    /// The server's words, at most ``diagnosticLimit`` bytes.
    public var diagnostic: String
    /// The Message-ID of the message that came back, without brackets.
    public var returnedMessageID: String?
    /// The ENVID that we gave (RFC 3461 §4.4).
    public var originalEnvelopeID: String?

    /// How much is kept of a server's words.
    public static let diagnosticLimit = 1_000

    public init(
        recipient: String? = nil, originalRecipient: String? = nil, action: ReportAction? = nil,
        status: EnhancedStatusCode? = nil, code: UInt16? = nil, classification: Classification? = nil,
        diagnostic: String = "", returnedMessageID: String? = nil, originalEnvelopeID: String? = nil
    ) {
        self.recipient = recipient
        self.originalRecipient = originalRecipient
        self.action = action
        self.status = status
        self.code = code
        self.classification = classification
        self.diagnostic = diagnostic
        self.returnedMessageID = returnedMessageID
        self.originalEnvelopeID = originalEnvelopeID
    }
}
