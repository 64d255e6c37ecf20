public import Delivery

/// The address that a contact may write to in order to leave the list: `u-TOKEN@DOMAIN`, a different one for each contact.
///
/// It stands in List-Unsubscribe beside the link (RFC 2369 §3.2), for readers whose programs write mail rather than follow links.
public enum UnsubscribeAddress {
    private static let prefix = "u-"

    /// The address of one contact.
    public static func address(for job: DeliveryJob.ID, domain: String, key: TokenKey) -> String {
        "\(prefix)\(key.text(ContactToken(.unsubscribe, job: job)))@\(domain)"
    }

    /// The delivery whose contact mail to such an address takes off the list, if a key of ours made it.
    ///
    /// - Parameter localPart: what stands before the `@`, of any letter case.
    public static func job(ofLocalPart localPart: some StringProtocol, keys: TokenKeys) -> DeliveryJob.ID? {
        guard localPart.prefix(prefix.count).lowercased() == prefix,
            let token = keys.token(in: localPart.dropFirst(prefix.count)), token.purpose == .unsubscribe
        else { return nil }
        return token.job
    }
}
