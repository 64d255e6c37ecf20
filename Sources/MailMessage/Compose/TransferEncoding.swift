/// How a body is made fit for seven-bit mail of short lines (RFC 2045 §6).
enum TransferEncoding: String, CaseIterable, Sendable {
    case sevenBit = "7bit"
    case quotedPrintable = "quoted-printable"
    case base64

    /// A small number that tells them apart: 0, 1, 2.
    var rank: Int {
        switch self {
        case .sevenBit: 0
        case .quotedPrintable: 1
        case .base64: 2
        }
    }

    /// The longest line, without its CRLF, that goes unencoded.
    ///
    /// RFC 5322 §2.1.1 allows 998; some relays count a little else.
    static let maximumLineLength = 990

    /// Whether `text`, whose line breaks are all CRLF, may go as it is.
    ///
    /// Within a multipart (`isInMultipart`) it may not hold `=_`, with which every boundary of ours begins.
    static func allowsSevenBit(_ text: UnsafeBufferPointer<UInt8>, isInMultipart: Bool) -> Bool {
        var column = 0
        var previous: UInt8 = 0
        for byte in text {
            if byte >= 0x80 || isInMultipart && byte == UInt8(ascii: "_") && previous == UInt8(ascii: "=") {
                return false
            }
            if byte == 0x0A {
                column = 0
            } else if byte != 0x0D {
                column += 1
                if column > maximumLineLength { return false }
            }
            previous = byte
        }
        return true
    }

    /// Whether quoted-printable, which stays readable, is no longer than base64.
    static func prefersQuotedPrintable(ofLength length: Int, to rawLength: Int) -> Bool {
        length <= Base64.encodedLengthInLines(of: rawLength)
    }
}
