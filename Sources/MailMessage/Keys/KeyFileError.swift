/// Why a file with a key cannot be used; it never repeats what the file holds.
public struct KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// It is not there, or may not be read or written.
        case unreadable
        /// Everybody on the machine may read or change it.
        case exposed
        /// It holds no key of the kind that is wanted.
        case notAKey
        /// It is there already.
        case exists
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
