/// A mailbox on a server, as it is read: what is new in it, its messages, and what becomes of those that are safe.
///
/// Messages go by what the server calls them as long as they are there. Every call blocks.
protocol RemoteMailbox: Sendable {
    /// How many messages are read before what was done is made lasting by ``close()``.
    var sessionLimit: Int { get }
    /// The messages that have not been read here.
    func unread() throws -> [String]
    /// The beginning of a message; `nil` when it is gone.
    ///
    /// - Throws: `CurlSession.Failure` when it cannot be had; others may be.
    func message(_ id: String) throws -> [UInt8]?
    /// What these messages say is safe: they need not be read again.
    ///
    /// - Returns: Those that the server keeps as they are, and why.
    func finish(_ ids: [String]) throws -> [String: CurlSession.Failure]
    /// What the operator should know of the server.
    var remarks: [MailboxRemark] { get }
    /// Ends the connection; the next call makes another.
    func close()
}

/// What a server lacks, with which messages can be read nevertheless.
enum MailboxRemark: Hashable, Sendable {
    /// It forgets keywords (RFC 3501 §7.1, PERMANENTFLAGS).
    case keepsNoKeywords
    /// It cannot remove some deleted messages and leave others (UIDPLUS, RFC 4315).
    case cannotExpunge
}
