/// What a server answered to one command (RFC 5321 §4.2), with its enhanced status code if it gave one (RFC 2034).
public struct SMTPReply: Hashable, Sendable {
    /// The three-digit reply code, such as 550.
    public var code: UInt16
    /// The enhanced status code of the first line, such as 5.1.1.
    public var enhancedStatus: EnhancedStatusCode?
    /// The words after the code and the enhanced status code; several lines are joined by newlines.
    public var text: String

    public init(code: UInt16, enhancedStatus: EnhancedStatusCode? = nil, text: String) {
        self.code = code
        self.enhancedStatus = enhancedStatus
        self.text = text
    }

    /// Whether the code says success (2yz).
    public var isPositive: Bool { code / 100 == 2 }

    /// The reply as the server would send it, without line ends at its foot: `550 5.1.1 No such user`.
    public var description: String {
        var line = String(code)
        if let enhancedStatus { line += " \(enhancedStatus)" }
        if !text.isEmpty { line += " \(text)" }
        return line
    }
}

extension SMTPReply: CustomStringConvertible {}
