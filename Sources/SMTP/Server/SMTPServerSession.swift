public import Delivery
public import NIOCore

/// Decides what becomes of the recipients and messages of one connection; every call comes on its event loop.
public protocol SMTPServerSession: AnyObject {
    /// How much of each message's content is kept for ``received(_:)``.
    var contentInterest: SMTPContentInterest { get }

    /// Decides about MAIL.
    func sender(_ address: String) -> SMTPServerDecision
    /// Decides about one RCPT.
    func recipient(_ address: String, from sender: String) -> SMTPServerDecision
    /// Decides about a complete message, at its final dot or last chunk.
    func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision
    /// Hears that the connection is gone.
    func closed()
}

extension SMTPServerSession {
    public func sender(_ address: String) -> SMTPServerDecision { .accept }
    public func closed() {}
}

/// How much of the content of a message is kept in memory.
public enum SMTPContentInterest: Sendable, Hashable {
    case none
    /// The first bytes, up to this many.
    case prefix(Int)
    case whole
}

/// What a session decided about a sender, a recipient or a message.
public enum SMTPServerDecision: Sendable {
    /// Yes, with the usual words.
    case accept
    /// With these words; 2yz accepts.
    case reply(SMTPReply)
    /// About a message in LMTP: a reply for each of its recipients, in their order.
    case replies([SMTPReply])
    /// Later; what the client sent after it waits, so that replies keep their order.
    case pending(EventLoopFuture<SMTPServerDecision>)
    /// Close the connection without a word about this; replies to earlier commands still go out.
    case close
    /// Say this, mostly a 421, and close the connection.
    case replyAndClose(SMTPReply)
}

/// A message as a server received it.
public struct SMTPReceivedMessage: Sendable {
    public var sender: String
    /// The recipients that were accepted, in their order; never empty.
    public var recipients: [String]
    /// The length of the content in bytes, without dot-stuffing.
    public var size: Int
    /// As much of the content as the session's ``SMTPServerSession/contentInterest`` asked for.
    public var content: ByteBuffer
}
