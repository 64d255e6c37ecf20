public import Delivery

/// A message that came to an address of ours, read for what it says about messages that we sent.
public struct InboundMessage: Sendable {
    /// What kind of message it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A report in the standard form (RFC 3464).
        case deliveryReport
        /// A bounce message in a form of its sender's own.
        case notice
        /// A feedback report (RFC 5965).
        case complaint
        /// An absence notice and the like (RFC 3834).
        case automaticReply
        /// Anything else, such as a letter.
        case other
    }

    public var kind: Kind
    /// One for each recipient of whom it speaks; never empty.
    public var findings: [InboundFinding]
    /// What a mail system says that gave a message up and names nobody: worth something to whoever knows whose message it was.
    ///
    /// Only where the message is of no other kind.
    public var unnamedFinding: InboundFinding?
    /// The addresses that the message itself was sent to, one of which may carry a contact's token.
    public var addressees: [String]
    /// Whom the message that came back was sent to, as its own header says.
    public var returnedRecipients: [String]

    /// Reads a message.
    ///
    /// Any bytes will do: what is broken is read as it was probably meant, what is not understood gives a finding that says nothing.
    public init(reading bytes: [UInt8], classifier: OutcomeClassifier = .standard, limits: ParseLimits = .standard) {
        let reader = InboundReader(reading: bytes[...], limits: limits)
        kind = reader.kind
        addressees = reader.origin.addressees
        returnedRecipients = reader.returned.recipients
        findings = reader.findings(classifier)
        unnamedFinding = reader.unnamedFinding(classifier)
    }
}
