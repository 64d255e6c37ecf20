internal import Delivery

/// What an address must be to stand in the headers of a template.
///
/// Whether mail can be sent to it is not asked here.
enum HeaderAddress {
    /// Refuses an address that would break its header or that names no domain.
    static func check(_ address: String, part: MessageTemplateError.Part) throws {
        let domain = MailboxField(address: address).domain
        guard !domain.isEmpty, address.first != "@" else {
            throw MessageTemplateError(.invalidValue, in: part, "“\(address)” is no email address")
        }
        let isQuoted = address.first == "\""
        for scalar in address.unicodeScalars {
            let isForbidden =
                switch scalar {
                case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": true
                case " ", "<", ">", "(", ")", ",", ";": !isQuoted
                default: false
                }
            guard !isForbidden else {
                throw MessageTemplateError(
                    .invalidValue, in: part,
                    "the address holds a character that it may not hold: U+"
                        + String(scalar.value, radix: 16, uppercase: true))
            }
        }
        guard !domain.utf8.contains(where: { [0x20, 0x22, 0x3C, 0x3E].contains($0) }) else {
            throw MessageTemplateError(.invalidValue, in: part, "“\(domain)” is no domain")
        }
    }

    /// What a Message-ID has behind mailing and ordinal: a salt, unless it has a code, and a domain.
    static func messageIDEnding(of template: MessageTemplate) throws -> (salt: String, domain: String) {
        let salt = template.messageIDSalt ?? String(template.version.prefix(12))
        guard !salt.isEmpty, salt.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }) else {
            throw MessageTemplateError(
                .invalidValue, in: .messageID, "its salt “\(salt)” may hold only letters A to Z, digits and hyphens")
        }
        guard salt.utf8.count < MessageIDParts.codeLength else {
            throw MessageTemplateError(
                .invalidValue, in: .messageID,
                "its salt “\(salt)” is as long as a code; it may have \(MessageIDParts.codeLength - 1) characters")
        }
        let domain = template.messageIDDomain ?? String(template.from.domain)
        guard !domain.isEmpty, domain.utf8.allSatisfy(isDomainByte) else {
            throw MessageTemplateError(
                .invalidValue, in: .messageID,
                "its domain “\(domain)” must be written in ASCII (an international domain as xn--…)")
        }
        return (salt, domain)
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default:
            false
        }
    }

    /// Letters, digits, dots and hyphens, and what an address literal such as `[192.0.2.1]` adds.
    private static func isDomainByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || ".-[]:".utf8.contains(byte)
    }
}
