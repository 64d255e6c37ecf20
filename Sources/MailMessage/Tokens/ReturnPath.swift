public import Delivery

/// The return path of one message: `b-TOKEN@DOMAIN`, a different one for each contact (variable envelope return path).
///
/// A bounce message to it finds its contact whatever the bounce message says.
public enum ReturnPath {
    private static let prefix = "b-"

    /// The address in MAIL FROM of a message.
    public static func address(for job: DeliveryJob.ID, domain: String, key: TokenKey) -> String {
        "\(prefix)\(key.text(ContactToken(.bounce, job: job)))@\(domain)"
    }

    /// The delivery that a return path was made for, if a key of ours made it.
    ///
    /// - Parameter localPart: what stands before the `@`, of any letter case.
    public static func job(ofLocalPart localPart: some StringProtocol, keys: TokenKeys) -> DeliveryJob.ID? {
        guard localPart.prefix(prefix.count).lowercased() == prefix,
            let token = keys.token(in: localPart.dropFirst(prefix.count)), token.purpose == .bounce
        else { return nil }
        return token.job
    }
}
