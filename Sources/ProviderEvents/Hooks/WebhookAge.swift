internal import Delivery

/// How old a signed request may be when it comes.
///
/// A provider may try again for as long as this what was not answered with success, and none says whether it signs anew: so long it
/// must be taken.
/// That a request is repeated does no harm meanwhile, since each event is booked once.
struct WebhookAge: Sendable {
    var most: Duration

    /// SendGrid tries for 24 hours.
    static let sendgrid = WebhookAge(most: .seconds(25 * 3600))
    /// Mailgun tries for 8 hours.
    static let mailgun = WebhookAge(most: .seconds(9 * 3600))
    /// SNS tries for an hour at the most, which takes a delivery policy: without one, for a minute.
    static let sns = WebhookAge(most: .seconds(2 * 3600))

    /// How far a provider's clock may be ahead of ours.
    static let skew = Duration.seconds(300)

    /// Refuses what was signed too long ago; what was signed in the future is to come again, when somebody has set this machine's clock.
    func check(_ signed: UnixTime, at now: UnixTime) throws(WebhookError) {
        let age = now - signed
        guard age <= most else { throw WebhookError(.forbidden, "it was signed too long ago") }
        guard age >= .zero - Self.skew else {
            // After a refusal SNS throws the event away.
            throw WebhookError(.unavailable, "it was signed in the future; look at this machine's clock")
        }
    }
}
