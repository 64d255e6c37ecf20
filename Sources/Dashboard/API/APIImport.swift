public import Contacts

/// An import of a file into a list: how far it is, and in the end what it did.
public struct APIImport: Hashable, Sendable, Codable {
    /// Where an import stands.
    public enum State: String, Hashable, Sendable, Codable {
        /// The file is read through; nothing is written yet.
        case checking
        case applying, complete
    }

    public var id: Int
    public var state: State
    /// How many rows this part of the work has done.
    public var rows: Int
    /// How many rows there are in all, once that is known.
    public var totalRows: Int?
    /// What it did, when it is complete.
    public var report: ImportReport?

    public init(id: Int, state: State, rows: Int, totalRows: Int?, report: ImportReport?) {
        self.id = id
        self.state = state
        self.rows = rows
        self.totalRows = totalRows
        self.report = report
    }
}
