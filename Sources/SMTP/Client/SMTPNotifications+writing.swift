import NIOCore

extension ByteBuffer {
    /// RET and ENVID (RFC 3461 §4.3, §4.4).
    mutating func writeMailParameters(_ notifications: SMTPNotifications) {
        switch notifications.returned {
        case .full: writeStaticString(" RET=FULL")
        case .headers: writeStaticString(" RET=HDRS")
        case nil: break
        }
        // A longer one would be refused, and the message with it (RFC 3461 §4.4).
        if let envelopeID = notifications.envelopeID.map(XText.encode), envelopeID.utf8.count <= 100 {
            writeString(" ENVID=\(envelopeID)")
        }
    }

    /// NOTIFY and ORCPT (RFC 3461 §4.1, §4.2; RFC 6533 §3 for addresses beyond ASCII).
    mutating func writeRecipientParameters(_ notifications: SMTPNotifications) {
        if let notify = notifications.notify {
            let words = [(SMTPNotifications.Occasions.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")]
                .filter { notify.contains($0.0) }.map(\.1)
            writeString(" NOTIFY=\(words.isEmpty ? "NEVER" : words.joined(separator: ","))")
        }
        if let recipient = notifications.originalRecipient {
            let isASCII = recipient.utf8.allSatisfy { $0 < 0x80 }
            let text = isASCII ? "rfc822;\(XText.encode(recipient))" : "utf-8;\(XText.encodeUnicode(recipient))"
            if text.utf8.count <= 500 { writeString(" ORCPT=\(text)") }
        }
    }
}

/// Text as it stands in parameters of DSN.
enum XText {
    /// `+XX` for what is not printable ASCII, and for `+` and `=` (RFC 3461 §4).
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "=") {
                encoded.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += hex.count == 1 ? "+0\(hex)" : "+\(hex)"
            }
        }
        return encoded
    }

    /// `\x{X…}` for what is not printable ASCII, and for `+`, `=` and `\` (RFC 6533 §3).
    static func encodeUnicode(_ text: String) -> String {
        var encoded = ""
        for scalar in text.unicodeScalars {
            if (0x21...0x7E).contains(scalar.value), !"+=\\".unicodeScalars.contains(scalar) {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return encoded
    }
}
