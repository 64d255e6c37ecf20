/// Damages messages as transport, storage and malice do; the same seed always makes the same ones.
struct MessageMutator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    /// What means something to a parser, wherever it turns up.
    private static let tokens: [[UInt8]] = [
        "--=_b1", "--=_b1--", "\n--", "\n\n", "\r\n", "\r", "=", "=\n", "=?utf-8?Q?", "=?x?B?", "?=", "\u{1B}$B",
        "\u{1B}(B",
        "Content-Type: multipart/mixed; boundary=\"=_b1\"\n\n", "Content-Type: message/delivery-status\n\n",
        "Content-Transfer-Encoding: base64\n", "Content-Type: text/html; charset=utf-7\n\n", "charset=iso-2022-jp",
        "charset=hz", "charset=utf-16", "Final-Recipient: rfc822;", "Diagnostic-Code: smtp; 550-",
        "X-Failed-Recipients: ",
        "550 5.1.1 ", "450", "5.7.1", "@", "<", ">", "<a@b>", "@@", "\"", "\\", "{", "}", "{\"notificationType\":",
        "&#x", "&#99999999;",
        "<!--", "<style", "\u{0}", "Received: ", "----- Original message -----\n", ">>> RCPT TO:<", "<<< 550-", "smtp=",
        "expanded from ",
    ].map { Array($0.utf8) }

    /// A message with one to eight things wrong with it.
    mutating func mutate(_ seed: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = seed
        for _ in 0..<(1 + below(8)) { damage(&bytes, with: other) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8], with other: [UInt8]) {
        guard !bytes.isEmpty else { return bytes = other }
        let start = below(bytes.count)
        switch below(10) {
        case 0: bytes[start] = UInt8(truncatingIfNeeded: next())
        case 1: bytes[start] ^= 1 << UInt8(below(8))
        case 2: bytes.removeSubrange(start..<min(bytes.count, start + 1 + below(64)))
        case 3: bytes.removeSubrange(start...)
        case 4: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)], at: start)
        case 5:
            bytes.insert(
                contentsOf: Array(bytes[start..<min(bytes.count, start + 1 + below(200))]), at: below(bytes.count))
        case 6 where !other.isEmpty:
            let from = below(other.count)
            bytes.insert(contentsOf: other[from..<min(other.count, from + 1 + below(400))], at: start)
        case 7: bytes.insert(contentsOf: repeatElement(bytes[start], count: 1 + below(300)), at: start)
        case 8:
            for index in start..<min(bytes.count, start + 1 + below(80)) where bytes[index] == 0x0A {
                bytes[index] = 0x0D
            }
        default: for index in start..<min(bytes.count, start + 1 + below(16)) { bytes[index] |= 0x80 }
        }
    }

    private mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

    /// xorshift64*.
    private mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
