internal import Delivery

/// The links of one mailing's messages that differ by contact.
struct MessageLinks: Sendable {
    let unsubscribe: LinkBase?
    let survey: LinkBase?
    let open: LinkBase?
    let click: LinkBase?
    /// The domain of the address that unsubscribes.
    let unsubscribeDomain: String?
    /// Makes the tokens; without it links are their beginnings alone, which is enough to check a template.
    let key: TokenKey?

    init(_ options: MessageOptions?, key: TokenKey?) {
        unsubscribe = options?.unsubscribeURL.map { LinkBase($0, .unsubscribe) }
        survey = options?.surveyURL.map { LinkBase($0, .survey) }
        open = options?.openURL.map { LinkBase($0, .open) }
        click = options?.clickURL.map { LinkBase($0, .click) }
        unsubscribeDomain = options?.unsubscribeDomain
        self.key = key
    }

    /// Puts the links that a message uses into a contact's values.
    func fill(_ values: inout MergeValues, slots: Set<Int>, job: DeliveryJob.ID) {
        for slot in slots {
            switch slot {
            case MergeFieldSlots.unsubscribeLink: values.unsubscribeLink = unsubscribe?.link(for: job, key: key) ?? ""
            case MergeFieldSlots.surveyLink: values.surveyLink = survey?.link(for: job, key: key) ?? ""
            case MergeFieldSlots.openLink: values.openLink = open?.link(for: job, key: key) ?? ""
            case MergeFieldSlots.unsubscribeAddress:
                values.unsubscribeAddress =
                    unsubscribeDomain.map { domain in
                        key.map { UnsubscribeAddress.address(for: job, domain: domain, key: $0) } ?? "@\(domain)"
                    } ?? ""
            default:
                // All followed links of a message begin alike.
                if values.clickLink.isEmpty { values.clickLink = click.map { $0.link(for: job, key: key) + "/" } ?? "" }
            }
        }
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

extension MessageOptions {
    /// Where the pictures are that tell of opens; `nil` where none do.
    fileprivate var openURL: String? { trackOpens == true ? path("o") : nil }

    /// Where followed links lead to first; `nil` where they lead to their targets at once.
    fileprivate var clickURL: String? { trackClicks == true ? path("c") : nil }

    /// The domain of the address beside the link in List-Unsubscribe: mail to it comes to the service that bounce mail comes to.
    var unsubscribeDomain: String? { unsubscribeURL == nil ? nil : bounceDomain }

    private func path(_ name: String) -> String? {
        trackingURL.map { ($0.hasSuffix("/") ? $0 : $0 + "/") + name }
    }
}
