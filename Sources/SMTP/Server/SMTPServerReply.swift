import Delivery
import NIOCore

/// A reply that the server gives of itself: a ready line, so that the common ones cost nothing to make.
struct SMTPServerReply: Equatable {
    /// The reply with its line end.
    let line: StaticString

    static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    /// Whether the client has done something wrong (RFC 5321 §4.2.1, 5yz).
    var isError: Bool { line.utf8Start.pointee == UInt8(ascii: "5") }

    /// The line as a string, for tests.
    var text: String { line.withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }

    static let senderAccepted = Self(line: "250 2.1.0 Ok\r\n")
    static let recipientAccepted = Self(line: "250 2.1.5 Ok\r\n")
    static let startData = Self(line: "354 End data with <CR><LF>.<CR><LF>\r\n")
    static let chunkAccepted = Self(line: "250 2.0.0 Ok\r\n")
    static let messageAccepted = Self(line: "250 2.0.0 Ok: message accepted\r\n")
    static let ok = Self(line: "250 2.0.0 Ok\r\n")
    static let help = Self(line: "214 2.0.0 See RFC 5321\r\n")
    static let cannotVerify = Self(line: "252 2.5.2 Cannot verify; send some mail and see\r\n")
    static let bye = Self(line: "221 2.0.0 Bye\r\n")
    static let timedOut = Self(line: "421 4.4.2 Timed out waiting for a command, closing the connection\r\n")
    static let sessionTooLong = Self(line: "421 4.4.2 This connection has lasted too long, closing it\r\n")
    static let tooManyConnections = Self(line: "421 4.3.2 Too many connections, try again later\r\n")
    static let tooManyErrors = Self(line: "421 4.7.0 Too many errors, closing the connection\r\n")
    static let tooManyOfClient = Self(line: "421 4.7.0 Too many connections from your address\r\n")
    static let goingDown = Self(line: "421 4.3.2 Service shutting down, try again later\r\n")
    static let unknownCommand = Self(line: "500 5.5.2 Command not recognized\r\n")
    static let lineTooLong = Self(line: "500 5.5.2 Line too long\r\n")
    static let noArguments = Self(line: "501 5.5.4 This command takes no argument\r\n")
    static let helloNeedsName = Self(line: "501 5.5.4 Give your host name\r\n")
    static let badSender = Self(line: "501 5.1.7 Syntax: MAIL FROM:<address>\r\n")
    static let badRecipient = Self(line: "501 5.1.3 Syntax: RCPT TO:<address>\r\n")
    static let badChunk = Self(line: "501 5.5.4 Syntax: BDAT count [LAST]\r\n")
    static let badParameter = Self(line: "501 5.5.4 A parameter has a bad value\r\n")
    static let unknownParameter = Self(line: "555 5.5.4 Unsupported parameter\r\n")
    static let helloFirst = Self(line: "503 5.5.1 Say EHLO first\r\n")
    static let nestedMail = Self(line: "503 5.5.1 A transaction is already open\r\n")
    static let mailFirst = Self(line: "503 5.5.1 Say MAIL first\r\n")
    static let recipientFirst = Self(line: "503 5.5.1 No valid recipients\r\n")
    static let chunksBegun = Self(line: "503 5.5.1 The content has begun with BDAT\r\n")
    static let readyForTLS = Self(line: "220 2.0.0 Ready to start TLS\r\n")
    static let tlsFirst = Self(line: "530 5.7.0 Must issue a STARTTLS command first\r\n")
    static let loginFirst = Self(line: "530 5.7.0 Authentication required\r\n")
    static let requireTLSNeedsTLS = Self(line: "530 5.7.10 REQUIRETLS needs TLS\r\n")
    static let loginNeedsTLS = Self(line: "538 5.7.11 Encryption required for authentication\r\n")
    static let loginAccepted = Self(line: "235 2.7.0 Authentication successful\r\n")
    static let loginRefused = Self(line: "535 5.7.8 Authentication credentials invalid\r\n")
    static let loginMalformed = Self(line: "501 5.5.2 Cannot decode this answer\r\n")
    static let loginCancelled = Self(line: "501 5.7.0 Authentication cancelled\r\n")
    static let unknownMechanism = Self(line: "504 5.5.4 Unrecognized authentication mechanism\r\n")
    static let emptyChallenge = Self(line: "334 \r\n")
    static let userChallenge = Self(line: "334 VXNlcm5hbWU6\r\n")
    static let passwordChallenge = Self(line: "334 UGFzc3dvcmQ6\r\n")
    static let notNow = Self(line: "503 5.5.1 Not now\r\n")
    static let onlyLHLO = Self(line: "500 5.5.1 This is LMTP, say LHLO\r\n")
    static let tooManyRecipients = Self(line: "452 4.5.3 Too many recipients\r\n")
    static let tooLarge = Self(line: "552 5.3.4 Message size exceeds the limit\r\n")
}

extension ByteBuffer {
    mutating func writeReply(_ reply: SMTPServerReply) {
        writeStaticString(reply.line)
    }

    /// Writes a reply of one or several lines (RFC 5321 §4.2.1), its enhanced status on each.
    mutating func writeReply(_ reply: SMTPReply) {
        var text = reply.text[...]
        while let end = text.utf8.firstIndex(of: 0x0A) {
            writeReplyLine(reply, "-", text[..<end])
            text = text[text.utf8.index(after: end)...]
        }
        writeReplyLine(reply, " ", text)
    }

    private mutating func writeReplyLine(_ reply: SMTPReply, _ separator: StaticString, _ text: Substring) {
        writeDecimal(Int(reply.code))
        writeStaticString(separator)
        if let status = reply.enhancedStatus {
            writeDecimal(Int(status.statusClass))
            writeStaticString(".")
            writeDecimal(Int(status.subject))
            writeStaticString(".")
            writeDecimal(Int(status.detail))
            writeStaticString(" ")
        }
        writeSubstring(text)
        writeStaticString("\r\n")
    }
}
