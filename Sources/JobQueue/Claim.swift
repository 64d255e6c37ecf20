public import Delivery

/// What a worker got when it asked for jobs.
public struct Claim: Sendable {
    public var jobs: [ClaimedJob]
    /// When there may be more: zero when there is more already, `nil` when nothing is known to come.
    public var nextIn: Duration?
    /// Whether addresses were suppressed after they had been fed, so that the worker must look before it sends.
    public var suppressionsExist: Bool
}

/// A job in a worker's flight, with the site whose lane it came from.
public struct ClaimedJob: Sendable {
    public var job: DeliveryJob
    public var site: String

    public init(job: DeliveryJob, site: String) {
        self.job = job
        self.site = site
    }
}

/// A job to be put aside until its next attempt; its attempt is counted already.
public struct PostponedJob: Sendable {
    public var job: DeliveryJob
    public var site: String
    public var delay: Duration
    public var change: StatusChange

    public init(job: DeliveryJob, site: String, delay: Duration, change: StatusChange) {
        self.job = job
        self.site = site
        self.delay = delay
        self.change = change
    }
}
