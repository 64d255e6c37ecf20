/// What becomes of a message that may or may not have been accepted: its worker died, or lost the connection, between the
/// final dot and its answer.
public enum InDoubtPolicy: String, Codable, Sendable, CaseIterable {
    /// It is sent again, with the same Message-ID.
    case resend
    /// It is held until the mailing's owner decides.
    case hold
}

/// How a mailing is to be sent: what its owner chooses beside the message and the retry policy.
public struct MailingOptions: Hashable, Sendable {
    /// The weights that may be given.
    public static let weights = 1...1000
    /// The quotas that may be given.
    public static let quotas = 1...1_000_000_000

    /// What becomes of a message in doubt.
    public let inDoubt: InDoubtPolicy
    /// This mailing's share of the workers beside other mailings': one of weight 2 gets twice what one of weight 1 gets.
    public let weight: Int
    /// The most messages that it sends in an hour; `nil` for no limit.
    public let quotaPerHour: Int?
    /// The hours in which it sends; `nil` for all.
    public let window: SendingWindow?

    /// Whether every server on the way must take it by TLS and prove who it is (RFC 8689).
    public let requiresTLS: Bool

    /// Sent again when in doubt, weight 1, no quota, at all hours.
    public static let standard = MailingOptions(
        uncheckedInDoubt: .resend, weight: 1, quotaPerHour: nil, window: nil, requiresTLS: false)

    /// Makes options of their parts; what is left out is as in ``standard``.
    public init(
        inDoubt: InDoubtPolicy = .resend, weight: Int = 1, quotaPerHour: Int? = nil, window: SendingWindow? = nil,
        requiresTLS: Bool = false
    ) throws(MailingOptionsError) {
        guard Self.weights.contains(weight) else {
            throw MailingOptionsError(key: "weight", message: "\(weight) is not a number from 1 to 1000")
        }
        if let quotaPerHour, !Self.quotas.contains(quotaPerHour) {
            throw MailingOptionsError(
                key: "quotaPerHour", message: "\(quotaPerHour) is not a number from 1 to 1000000000")
        }
        self.init(
            uncheckedInDoubt: inDoubt, weight: weight, quotaPerHour: quotaPerHour, window: window,
            requiresTLS: requiresTLS)
    }

    private init(
        uncheckedInDoubt inDoubt: InDoubtPolicy, weight: Int, quotaPerHour: Int?, window: SendingWindow?,
        requiresTLS: Bool
    ) {
        self.inDoubt = inDoubt
        self.weight = weight
        self.quotaPerHour = quotaPerHour
        self.window = window
        self.requiresTLS = requiresTLS
    }
}

/// What is wrong with a mailing's options, and under which key.
public struct MailingOptionsError: Error, Hashable, Sendable, CustomStringConvertible {
    public var key: String
    public var message: String

    public init(key: String, message: String) {
        self.key = key
        self.message = message
    }

    public var description: String { "mailing options, \(key): \(message)" }
}
