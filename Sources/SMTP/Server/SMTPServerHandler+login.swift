import NIOCore

extension SMTPServerHandler {
    /// The longest line of an AUTH exchange (RFC 4954 §4).
    static let longestLoginLine = 12_288

    /// Takes the next line out of the buffer as text; `nil` until its end has come.
    func nextLine() -> String? {
        guard let end = inbound.readableBytesView.firstIndex(of: 0x0A),
            let line = inbound.readString(length: end - inbound.readerIndex + 1)
        else { return nil }
        // "\r\n" is one character.
        return String(line.dropLast())
    }
}
