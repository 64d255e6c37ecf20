public import MailMessage

/// The secrets of a worker: they come from files of its own machine, and never go through Redis.
public struct WorkerKeys: Sendable {
    /// What messages are signed with.
    public var dkim: DKIMKeyring
    /// Makes the tokens in return paths and links; `nil` when the worker has none.
    public var tokens: TokenKeys?

    public init(dkim: DKIMKeyring = DKIMKeyring(), tokens: TokenKeys? = nil) {
        self.dkim = dkim
        self.tokens = tokens
    }
}

/// Why this worker cannot send a mailing that others perhaps can.
struct MissingKey: Error, CustomStringConvertible {
    let description: String

    /// A mailing with tokens, and a worker without the key.
    static let tokens = MissingKey(
        description:
            "its messages carry tokens and the token key is missing; name the file to a worker with --token-key-file or, on the "
            + "coordinator's machine, --data")

    /// A mailing that must be signed, and a worker without a key for its sender.
    static func dkim(_ domain: some StringProtocol) -> MissingKey {
        MissingKey(
            description:
                "its messages must be signed and a DKIM key for \(domain) is missing; add one under dkim in the configuration "
                + "file of a worker")
    }
}
