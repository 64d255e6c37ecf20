/// What a survey platform reports of one interview.
public struct InterviewNote: Hashable, Sendable, Codable {
    public enum Event: String, Hashable, Sendable, Codable {
        case started, completed
    }

    /// The token of the contact's link to the survey.
    public var token: String
    public var event: Event
    /// When it was, ISO 8601; now when `nil`.
    public var at: String?

    public init(token: String, event: Event, at: String? = nil) {
        self.token = token
        self.event = event
        self.at = at
    }
}

/// What became of reported interviews.
public struct InterviewSummary: Hashable, Sendable, Codable {
    /// Those that were news.
    public var booked: Int
    /// Those that were known.
    public var repeated: Int
    /// Those of test messages, which belong to nobody.
    public var tests: Int
}

/// Why reported interviews were refused.
public struct InterviewRefusal: Error, Hashable, Sendable {
    /// What is wrong with one of them.
    public struct Problem: Hashable, Sendable {
        /// Its place in the report, from 0.
        public var index: Int
        public var words: String
    }

    public var problems: [Problem]
}
