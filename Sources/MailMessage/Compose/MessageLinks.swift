internal import Delivery

/// The links of one mailing's messages that differ by contact.
struct MessageLinks: Sendable {
    let unsubscribe: LinkBase?
    let survey: LinkBase?
    /// Makes the tokens; without it links are their beginnings alone, which is enough to check a template.
    let key: TokenKey?

    init(_ options: MessageOptions?, key: TokenKey?) {
        unsubscribe = options?.unsubscribeURL.map { LinkBase($0, .unsubscribe) }
        survey = options?.surveyURL.map { LinkBase($0, .survey) }
        self.key = key
    }

    /// A link's beginning and what its tokens are for.
    struct LinkBase: Sendable {
        let beginning: String
        let purpose: ContactToken.Purpose

        /// The token follows a `/` or a `=`; where the address ends in neither, a `/` comes between.
        init(_ url: String, _ purpose: ContactToken.Purpose) {
            beginning = url.hasSuffix("/") || url.hasSuffix("=") ? url : url + "/"
            self.purpose = purpose
        }

        func link(for job: DeliveryJob.ID, key: TokenKey?) -> String {
            guard let key else { return beginning }
            return beginning + key.text(ContactToken(purpose, job: job))
        }
    }
}
