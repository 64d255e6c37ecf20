/// What can go wrong between Postrider and the queue in Redis, Redis' own failures aside.
public struct JobQueueError: Error, Hashable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    public enum Code: Hashable, Sendable {
        /// Redis answered with something that no script of this version answers.
        case unexpectedAnswer
        /// Bytes in Redis are not what this version writes.
        case malformedData
        /// The worker's lease has run out.
        case leaseLost
        /// Redis does not know the mailing.
        case unknownMailing
        /// The coordinator has not made sure yet that this Redis process knows all that the contact book knows.
        case notOpen
        /// This Redis holds a queue with another number of shards.
        case otherShardCount
    }

    public var code: Code
    public var message: String

    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    static let truncated = Self(code: .malformedData, message: "bytes in Redis end too early")

    static func malformed(_ what: String) -> Self {
        Self(code: .malformedData, message: "bytes in Redis are not of this version: \(what)")
    }

    static func unexpected(_ script: String) -> Self {
        Self(
            code: .unexpectedAnswer,
            message: "the script \(script) answered something unknown; do all processes run one version?")
    }
}
