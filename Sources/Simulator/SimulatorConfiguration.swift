public import SMTP

/// Where the simulator listens and how its mailboxes behave.
public struct SimulatorConfiguration: Sendable {
    public var host: String
    /// The port; 0 lets the system choose one.
    public var port: Int
    /// Where each decided recipient is logged, one JSON object a line, or `nil` for nowhere; the file is appended to.
    public var logPath: String?
    /// Accept everything, as fast as possible: no log, nothing remembered.
    public var discards: Bool
    public var profile: SimulatorProfile
    /// Chooses which addresses do what under a profile.
    public var seed: UInt64
    /// How long a greylisting mailbox refuses after it was first tried.
    public var greylisting: Duration = .seconds(3)
    /// How late a slow mailbox answers.
    public var slowness: Duration = .milliseconds(1500)

    /// How connections are secured; `nil` leaves them in clear.
    public var tls: SMTPServerTLS?
    /// The user and password without which nobody may send, or `nil` when everybody may.
    public var login: (user: String, password: String)?
    /// Keywords of EHLO that are not announced, in capitals.
    public var withheld: Set<String> = []

    public init(
        host: String = "127.0.0.1", port: Int, logPath: String? = nil, discards: Bool = false,
        profile: SimulatorProfile = .accept, seed: UInt64 = 1
    ) {
        self.host = host
        self.port = port
        self.logPath = logPath
        self.discards = discards
        self.profile = profile
        self.seed = seed
    }
}
