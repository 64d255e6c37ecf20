public import NIOCore

/// How a pool of connections behaves; the defaults suit a relay in the same network.
public struct SMTPClientOptions: Sendable {
    /// How long to wait for each answer (RFC 5321 §4.5.3.2).
    public struct TimeLimits: Sendable {
        public var connect: TimeAmount = .seconds(30)
        public var greeting: TimeAmount = .minutes(5)
        /// EHLO, HELO and STARTTLS.
        public var hello: TimeAmount = .minutes(5)
        public var handshake: TimeAmount = .minutes(1)
        /// Each answer during AUTH.
        public var login: TimeAmount = .minutes(3)
        /// MAIL and RSET.
        public var mail: TimeAmount = .minutes(5)
        public var recipient: TimeAmount = .minutes(5)
        /// The 354 after DATA.
        public var dataInitiation: TimeAmount = .minutes(2)
        /// How long the server may take nothing of what is being written.
        public var dataBlock: TimeAmount = .minutes(3)
        /// The answer to the final dot or the last BDAT chunk.
        public var dataTermination: TimeAmount = .minutes(10)
        /// The answer to QUIT; nothing depends on it.
        public var quit: TimeAmount = .seconds(5)

        public init() {}
    }

    /// The name given with EHLO: the sending host's own domain name.
    public var heloName: String
    public var maximumConnections: Int = 16
    /// After how many messages a connection is closed and replaced.
    public var messagesPerConnection: Int = 100_000
    /// How long a connection with nothing to send is kept.
    public var idleTimeout: TimeAmount = .seconds(30)
    public var limits = TimeLimits()
    /// How many messages may be unanswered on one connection where the server takes BDAT (RFC 3030) and is near; more where
    /// it is far: see ``SMTPSendWindow``.
    public var windowMessages: Int = 32
    /// How many bytes of content may be unanswered on one connection to such a server; one message always may.
    public var windowBytes: Int = 512 * 1024
    /// How many hosts and addresses one attempt to open a connection goes through at most.
    public var maximumTrials: Int = 8
    /// How long a host that took us is tried first, although others stand before it.
    public var hostMemory: TimeAmount = .minutes(5)
    /// Whether a destination that was unavailable is tried again without being asked.
    ///
    /// True suits a relay. Where there are many destinations it is false: then ``SMTPConnectionPool/messagesAvailable()``
    /// makes the next trial, once the pause is over.
    public var probesWhenUnavailable: Bool = true
    /// How long to wait before trying to connect again after a failure.
    public var reconnect = SMTPReconnectDelay()

    public init(heloName: String) {
        self.heloName = heloName
    }
}

/// The growing pause between trials to connect: doubled by each failure in a row, up to a cap, spread by jitter.
public struct SMTPReconnectDelay: Sendable {
    public var first: TimeAmount = .milliseconds(500)
    public var cap: TimeAmount = .seconds(15)
    /// The share by which a pause may be longer or shorter, so that many workers do not come back at once.
    public var jitter: Double = 0.2

    public init() {}

    /// The pause after `failures` failures in a row; `random` is drawn from 0..<1.
    func delay(afterFailures failures: Int, random: Double) -> TimeAmount {
        let doublings = min(max(failures - 1, 0), 30)
        let plain = min(Double(first.nanoseconds) * Double(1 << doublings), Double(cap.nanoseconds))
        return .nanoseconds(Int64(plain * (1 + jitter * (2 * random - 1))))
    }
}
