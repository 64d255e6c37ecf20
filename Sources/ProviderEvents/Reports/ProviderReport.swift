internal import Delivery

/// One thing that a provider tells of one recipient, before it is judged: the same for all of them.
struct ProviderReport: Hashable, Sendable {
    /// What has happened to the message, or what its recipient has done.
    enum Kind: Hashable, Sendable {
        /// The provider has given it up, or did not even try.
        case failed
        /// The provider goes on trying.
        case delayed
        case delivered
        case complaint
        /// A feedback report that is no complaint.
        case otherFeedback
        /// The recipient has left the list, on a page or by a header field of the provider's.
        case optOut
    }

    var provider: MailProvider
    var kind: Kind
    /// What makes two reports of the same event one: the provider's id for it, and what else tells them apart.
    var identity: [String?]
    /// When it happened, by the provider's clock.
    var time: UnixTime?
    var recipient: String?
    /// The Message-ID that we gave, of the providers that keep it.
    var messageID: String?
    /// What may be a token of ours.
    var tokens: [String] = []
    /// What the recipient's server said, as far as the provider repeats it.
    var words: String = ""
    var status: String?
    /// The provider's own terms for it, the most exact first: keys of ``ProviderVerdict``.
    var terms: [String] = []

    init(_ provider: MailProvider, _ kind: Kind, identity: [String?]) {
        self.provider = provider
        self.kind = kind
        self.identity = identity
    }
}
