internal import Delivery
internal import JobQueue

extension MailingTerms {
    /// Openings that are told ahead, so that workers keep to the hours while no coordinator runs.
    private static let openingsAhead = 8

    /// The terms on which a mailing with these options is served from a moment on.
    init(_ options: MailingOptions, at moment: UnixTime) {
        self.init()
        weight = options.weight
        inDoubt = options.inDoubt
        quotaPerHour = options.quotaPerHour
        openings =
            options.window?.intervals(from: moment, count: Self.openingsAhead).map {
                Opening(opens: $0.opens, closes: $0.closes)
            } ?? []
    }
}
