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
    /// Whether the site has a limit or is slowed down, so that the queue must be told how many messages it accepted.
    public var siteIsPaced: Bool
    /// Whether the site has a limit of connections, so that others may wait for this job to end.
    public var siteCountsConnections: Bool
    /// 0 as a rule; 1 when it waited in the hands of a worker that died; one more for each time that it was about to be sent then.
    public var recoveries: UInt8

    public init(
        job: DeliveryJob, site: String, siteIsPaced: Bool = false, siteCountsConnections: Bool = false,
        recoveries: UInt8 = 0
    ) {
        self.job = job
        self.site = site
        self.siteIsPaced = siteIsPaced
        self.siteCountsConnections = siteCountsConnections
        self.recoveries = recoveries
    }
}

/// A job to be put aside until its next attempt; its attempt is counted already.
public struct PostponedJob: Sendable {
    public var job: DeliveryJob
    public var site: String
    /// How long; `nil` holds the job until a person decides whether it was sent.
    public var delay: Duration?
    public var change: StatusChange

    public init(job: DeliveryJob, site: String, delay: Duration?, change: StatusChange) {
        self.job = job
        self.site = site
        self.delay = delay
        self.change = change
    }
}

/// What a site that is paced accepted, which lets it go faster.
public struct SiteNews: Sendable {
    public var site: String
    /// Messages that it accepted.
    public var sent: Int

    public init(site: String, sent: Int) {
        self.site = site
        self.sent = sent
    }
}
