/// What an import did.
public struct ImportReport: Codable, Hashable, Sendable {
    /// An address of the file that is not well-formed.
    public struct InvalidAddress: Codable, Hashable, Sendable {
        public var line: Int
        public var address: String
        public var problem: String
    }

    public var list: String
    /// Rows applied; `added` + `updated`.
    public var rows = 0
    /// Rows that became new contacts.
    public var added = 0
    /// Rows whose contact was there already; its fields were brought up to date.
    public var updated = 0
    /// Rows whose address is not well-formed; they are contacts all the same.
    public var invalid = 0
    /// Rows whose address stands earlier in the same file.
    public var duplicates = 0
    /// Malformed rows, skipped.
    public var malformed = 0
    /// The first malformed rows.
    public var malformedRows: [MalformedRow] = []
    /// The first invalid addresses.
    public var invalidAddresses: [InvalidAddress] = []

    /// How many malformed rows and invalid addresses are listed one by one.
    static let listed = 20

    init(list: String) {
        self.list = list
    }

    mutating func note(_ row: MalformedRow) {
        malformed += 1
        if malformedRows.count < Self.listed { malformedRows.append(row) }
    }
}

/// How far an import has come.
public struct ImportProgress: Codable, Hashable, Sendable {
    /// The part of the work.
    public enum Step: String, Codable, Sendable {
        case checking, applying
    }

    public var step: Step
    /// Rows done in this step.
    public var rows: Int
    /// Rows to be done in all; `nil` while the file is being checked.
    public var total: Int?

    public init(step: Step, rows: Int, total: Int?) {
        self.step = step
        self.rows = rows
        self.total = total
    }
}

/// How an import stands in the book.
public enum ImportState: String, Codable, Sendable {
    case applying, complete, interrupted
}
