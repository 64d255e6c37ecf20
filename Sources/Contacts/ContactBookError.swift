/// What the contact book refuses to do, naming the place and the remedy.
public struct ContactBookError: Error, Sendable, CustomStringConvertible {
    /// The kind of refusal, for programs; ``ContactBookError/message`` is for people.
    public enum Code: String, Sendable {
        /// The book's file cannot be opened, read or written.
        case storage
        case unknownList
        case unknownCampaign
        case unknownMailing
        /// The campaign has several mailings, and none was named.
        case severalMailings
        case unknownContact
        /// The name is taken.
        case alreadyExists
        /// The name breaks the rules of names.
        case badName
        /// The imported file has malformed rows, or cannot be read at all.
        case malformedFile
        /// The header of the imported file cannot be used.
        case badHeader
        /// Another import into the same list is under way.
        case importRunning
        /// The list's last import was interrupted: its audience may be incomplete.
        case importInterrupted
        /// The mailing's state does not allow what was asked.
        case wrongState
        /// A number or position does not make sense here.
        case badArgument
    }

    public var code: Code
    /// One or two sentences: what was refused, where, and what to do about it.
    public var message: String
    /// The first malformed rows, when ``code`` is ``Code/malformedFile``.
    public var malformedRows: [MalformedRow]
    /// How many rows are malformed in all.
    public var malformedCount: Int
    /// The error beneath, if there is one.
    public var underlying: (any Error)?

    public init(
        _ code: Code, _ message: String, malformedRows: [MalformedRow] = [], malformedCount: Int = 0,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.malformedRows = malformedRows
        self.malformedCount = malformedCount
        self.underlying = underlying
    }

    public var description: String { message }
}

extension ContactBookError {
    /// "known lists: a, b, c" for messages about a name that does not exist; at most ten names.
    static func naming(_ names: [String], kind: String, whenNone: String) -> String {
        guard !names.isEmpty else { return whenNone }
        let shown = names.prefix(10).joined(separator: ", ")
        return names.count > 10 ? "Known \(kind): \(shown) and \(names.count - 10) more." : "Known \(kind): \(shown)."
    }
}
