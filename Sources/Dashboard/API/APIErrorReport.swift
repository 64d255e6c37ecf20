/// What the API answers in place of what was asked: `{"error":{"code":…,"message":…,"rows":[…]}}`.
public struct APIErrorReport: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// A row of an imported file that cannot be read.
    public struct Row: Hashable, Sendable, Codable {
        /// The line on which the row begins, from 1.
        public var line: Int
        /// What is wrong with it, as a phrase.
        public var problem: String

        public init(line: Int, problem: String) {
            self.line = line
            self.problem = problem
        }
    }

    /// The error itself, inside its envelope.
    public struct Body: Hashable, Sendable, Codable {
        /// A stable word for programs, such as `not_found`.
        public var code: String
        /// What was refused and what to do about it, for people.
        public var message: String
        /// The first malformed rows of an import.
        public var rows: [Row]?
        /// How many rows are malformed in all; more than ``rows`` when there are very many.
        public var rowCount: Int?

        public init(code: String, message: String, rows: [Row]? = nil, rowCount: Int? = nil) {
            self.code = code
            self.message = message
            self.rows = rows
            self.rowCount = rowCount
        }
    }

    public var error: Body

    public init(code: String, message: String, rows: [Row]? = nil, rowCount: Int? = nil) {
        error = Body(code: code, message: message, rows: rows, rowCount: rowCount)
    }

    public var description: String { error.message }
}
