/// Why the coordinator refuses something: what, where, and what to do about it.
public struct CoordinatorError: Error, Sendable, CustomStringConvertible {
    /// The kinds of refusal, for programs.
    public enum Code: String, Sendable {
        /// Another coordinator has this data directory or this Redis.
        case alreadyRunning = "already_running"
        /// The data directory cannot be used.
        case badDataDirectory = "bad_data_directory"
        /// Redis cannot be started or reached, or is set up so that it may lose data.
        case redis
        /// What was asked does not fit the state of the campaign.
        case wrongState = "wrong_state"
        /// A message, address, template or number that was given is not right.
        case badInput = "bad_input"
        /// There is no campaign, list or contact of this name.
        case notFound = "not_found"
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
