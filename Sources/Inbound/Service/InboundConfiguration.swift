public import MailMessage
public import RedisClient
public import SMTP

/// Where the receiving service listens, for whom, and what it allows.
public struct InboundConfiguration: Sendable {
    /// An address to listen on.
    public struct Listener: Hashable, Sendable {
        /// A host, or the path of a unix socket.
        public var host: String
        /// 0 lets the system choose; of no meaning for a unix socket.
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public var redis: RedisEndpoint
    public var listeners: [Listener]
    /// What the tokens in addresses were made with.
    public var keys: TokenKeys
    /// The bounce domains.
    public var domains: [String]
    /// Whole addresses that take reports without a token.
    public var reportAddresses: [String] = []
    /// How the servers present themselves, TLS, LMTP, sizes, times and connections.
    public var server: SMTPServerConfiguration
    /// Messages that one connection may bring.
    public var messagesPerConnection = 1000
    /// How long a stop waits for messages that are on their way.
    public var grace: Duration = .seconds(20)
    /// How often it is said what came in, if anything did.
    public var summaryInterval: Duration = .seconds(60)

    public init(
        redis: RedisEndpoint, listeners: [Listener], keys: TokenKeys, domains: [String],
        server: SMTPServerConfiguration
    ) {
        self.redis = redis
        self.listeners = listeners
        self.keys = keys
        self.domains = domains
        self.server = server
    }
}
