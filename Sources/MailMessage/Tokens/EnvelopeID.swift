public import Delivery

/// Our own mark of a message, which delivery reports bring back: the value of ENVID (RFC 3461 §4.4), the same on every attempt.
public enum EnvelopeID {
    /// The mark of one contact's message.
    ///
    /// - Parameter key: Makes a token of it that nobody can forge, if the mailing has one; else it is mailing and ordinal.
    public static func text(of job: DeliveryJob.ID, key: TokenKey?) -> String {
        key?.text(ContactToken(.bounce, job: job)) ?? "\(job.mailing.rawValue).\(job.ordinal)"
    }

    /// The delivery that a mark names, if a key of ours made it; of any letter case.
    public static func job(of text: some StringProtocol, keys: TokenKeys) -> DeliveryJob.ID? {
        guard let token = keys.token(in: text), token.purpose == .bounce else { return nil }
        return token.job
    }
}
