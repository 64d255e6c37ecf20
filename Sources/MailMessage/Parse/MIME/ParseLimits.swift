/// How much of a message is looked at; what is beyond it is left alone, never an error.
///
/// A report says what it has to say at its beginning. The limits make time and memory independent of what a sender makes up.
public struct ParseLimits: Hashable, Sendable {
    /// Bytes of a message; the rest is cut off.
    public var messageBytes = 2 << 20
    /// How deep multipart bodies may stand in each other.
    public var depth = 12
    /// Parts of a message, all depths together.
    public var parts = 128
    /// Header fields of one part.
    public var fields = 400
    /// Bytes of one header field, folded.
    public var fieldBytes = 16 << 10
    /// Bytes of one decoded body.
    public var decodedBytes = 256 << 10
    /// Lines of the text for people.
    public var noticeLines = 2_000
    /// Recipients of one message.
    public var recipients = 200

    public static let standard = ParseLimits()

    public init() {}
}
