/// When a delivery that failed for now is tried again, and when that ends.
public struct RetryPolicy: Hashable, Sendable {
    /// The soft bounce at which a contact becomes Bounced.
    public static let strikeLimit: UInt8 = 3

    /// The delays after the first, second, … Deferred; the last one repeats.
    public let deferred: [Duration]
    /// The delays after the first and second Soft Bounced; the last one repeats.
    public let softBounced: [Duration]
    /// How long after the first attempt a delivery may go on being deferred.
    public let maximumAge: Duration
    /// The share by which a delay is lengthened or shortened by chance, 0 to 1, so that jobs do not return in a crowd.
    public let jitter: Double

    /// The schedule of docs/outcomes.md: 5, 10, … 160 minutes, then every 4 hours, to 4 days; 1 h and 24 h.
    public static let standard = RetryPolicy(
        uncheckedDeferred: [5, 10, 20, 40, 80, 160, 240].map { .seconds($0 * 60) },
        softBounced: [.seconds(3600), .seconds(24 * 3600)], maximumAge: .seconds(4 * 24 * 3600), jitter: 0.2)

    /// Makes a policy of its parts; what is left out is as in ``standard``.
    public init(
        deferred: [Duration] = RetryPolicy.standard.deferred,
        softBounced: [Duration] = RetryPolicy.standard.softBounced,
        maximumAge: Duration = RetryPolicy.standard.maximumAge,
        jitter: Double = RetryPolicy.standard.jitter
    ) throws(RetryPolicyError) {
        try Self.check(deferred, key: "deferred")
        try Self.check(softBounced, key: "softBounced")
        guard maximumAge > .zero else {
            throw RetryPolicyError(key: "maximumAge", message: "it must be longer than 0s")
        }
        guard maximumAge <= Self.longest else {
            throw RetryPolicyError(key: "maximumAge", message: "it must not be longer than 365d")
        }
        guard (0...1).contains(jitter) else {
            throw RetryPolicyError(key: "jitter", message: "it must be from 0 to 1, such as 0.2")
        }
        self.init(
            uncheckedDeferred: deferred, softBounced: softBounced, maximumAge: maximumAge, jitter: jitter)
    }

    private static let longest = Duration.seconds(365 * 24 * 3600)

    private init(uncheckedDeferred deferred: [Duration], softBounced: [Duration], maximumAge: Duration, jitter: Double)
    {
        self.deferred = deferred
        self.softBounced = softBounced
        self.maximumAge = maximumAge
        self.jitter = jitter
    }

    private static func check(_ delays: [Duration], key: String) throws(RetryPolicyError) {
        guard !delays.isEmpty else { throw RetryPolicyError(key: key, message: "it must name at least one delay") }
        guard delays.allSatisfy({ $0 > .zero }) else {
            throw RetryPolicyError(key: key, message: "every delay must be longer than 0s")
        }
        guard delays.allSatisfy({ $0 <= longest }) else {
            throw RetryPolicyError(key: key, message: "no delay may be longer than 365d")
        }
    }
}

/// What is wrong with a retry policy, and under which key.
public struct RetryPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    public var key: String
    public var message: String

    public init(key: String, message: String) {
        self.key = key
        self.message = message
    }

    public var description: String { "retry policy, \(key): \(message)" }
}
