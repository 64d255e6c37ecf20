/// A mailbox on a server, as it is read: what is new in it, its messages, and what becomes of those that are safe.
///
/// Every call blocks.
protocol RemoteMailbox: Sendable {
    /// The messages that have not been read here, by the server's own numbers.
    func unread() throws -> [String]
    /// The beginning of a message; `nil` when it is gone.
    func message(_ number: String) throws -> [UInt8]?
    /// What these messages say is safe: they need not be read again.
    func finish(_ numbers: [String]) throws
    /// Ends the connection.
    func close()
}
