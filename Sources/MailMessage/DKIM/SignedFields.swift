/// Which header fields are signed, in the order in which `h=` names them.
enum SignedFields {
    struct Name {
        /// In small letters.
        let bytes: [UInt8]
        let isOverSigned: Bool
    }

    /// Everything that tells the reader who wrote and what, that has an effect, or that decides how the body is shown.
    ///
    /// What a reader goes by is over-signed: named once more than it is there, so that no second one can be added
    /// (RFC 6376 §8.15). RFC 8058 §4 wants both List-Unsubscribe fields covered. What servers on the way may add or
    /// change (Received, Return-Path) is left out (RFC 6376 §5.4.1).
    static let names: [Name] = [
        ("from", true), ("reply-to", true), ("subject", true), ("date", true), ("to", true), ("cc", true),
        ("message-id", true), ("mime-version", true), ("content-type", true), ("content-transfer-encoding", true),
        ("list-unsubscribe", true), ("list-unsubscribe-post", true), ("list-id", false), ("feedback-id", false),
        ("precedence", false), ("in-reply-to", false), ("references", false), ("sender", true),
    ].map { Name(bytes: Array($0.0.utf8), isOverSigned: $0.1) }

    /// Whether a field has this name.
    @inline(__always)
    static func matches(
        _ name: [UInt8], _ field: HeaderFields.Field, in message: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard field.nameEnd - field.range.lowerBound == name.count else { return false }
        for index in 0..<name.count {
            let byte = message[field.range.lowerBound + index]
            guard (0x41...0x5A).contains(byte) ? byte | 0x20 == name[index] : byte == name[index] else { return false }
        }
        return true
    }
}
