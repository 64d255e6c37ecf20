/// A recursive-descent reader of RFC 5321's `Mailbox` (§4.1.2), extended by RFC 6531 (UTF-8 local parts, U-labels).
///
/// It walks the UTF-8 bytes once, allocates nothing for an ASCII address, and reports what the rest of the work needs.
struct MailboxSyntax {
    /// Bytes of the local part as typed, quotation marks included; the `@` stands at this offset.
    private(set) var localLength = 0
    private(set) var isQuoted = false
    private(set) var localHasUppercase = false
    private(set) var localHasNonASCII = false
    private(set) var domainHasUppercase = false
    private(set) var domainHasNonASCII = false
    private(set) var domainIsLiteral = false

    static let localPartLimit = 64
    static let labelLimit = 63
    static let domainLimit = 255
    static let totalLimit = 254

    /// Reads a whole text as one mailbox.
    init(_ bytes: Span<UInt8>) throws(EmailAddressError) {
        guard !bytes.isEmpty else { throw EmailAddressError(.empty, "there is no address", position: 1) }
        if bytes[0] == UInt8(ascii: "\"") {
            isQuoted = true
            localLength = try readQuotedString(bytes)
        } else {
            localLength = try readDotString(bytes)
        }
        guard localLength <= Self.localPartLimit else {
            throw Self.error(.localPartTooLong, "the local part is longer than 64 octets", bytes, localLength)
        }
        let domainStart = localLength + 1
        guard domainStart < bytes.count else {
            throw Self.error(.missingDomain, "there is no domain after the @", bytes, domainStart)
        }
        if bytes[domainStart] == UInt8(ascii: "[") {
            domainIsLiteral = true
            try readLiteral(bytes, from: domainStart)
        } else {
            try readDomain(bytes, from: domainStart)
        }
    }

    // MARK: Local part

    /// Reads `Atom *("." Atom)` up to the `@` and returns where that stands.
    private mutating func readDotString(_ bytes: Span<UInt8>) throws(EmailAddressError) -> Int {
        var position = 0
        var atomStart = 0
        while position < bytes.count {
            let byte = bytes[position]
            if Self.isAtomText(byte) {
                if Self.isUppercase(byte) { localHasUppercase = true }
                position += 1
            } else if byte == UInt8(ascii: ".") {
                guard position > atomStart else { throw Self.misplacedDot(bytes, position) }
                position += 1
                atomStart = position
            } else if byte >= 0x80 {
                localHasNonASCII = true
                position = try Self.skipScalar(bytes, position)
            } else if byte == UInt8(ascii: "@") {
                guard position > 0 else {
                    throw Self.error(.emptyLocalPart, "there is nothing before the @", bytes, position)
                }
                guard position > atomStart else { throw Self.misplacedDot(bytes, position - 1) }
                return position
            } else {
                throw Self.unexpectedInLocalPart(bytes, position)
            }
        }
        throw Self.error(.missingAtSign, "there is no @ and no domain", bytes, position)
    }

    /// Reads `DQUOTE *QcontentSMTP DQUOTE` up to the `@` behind it and returns where that stands.
    private mutating func readQuotedString(_ bytes: Span<UInt8>) throws(EmailAddressError) -> Int {
        var position = 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                guard position < bytes.count else {
                    throw Self.error(.missingAtSign, "there is no @ and no domain", bytes, position)
                }
                guard bytes[position] == UInt8(ascii: "@") else {
                    throw Self.hasAngleBrackets(bytes)
                        ? Self.displayName(bytes, position)
                        : Self.error(.textAfterQuote, "only an @ may follow the closing quote", bytes, position)
                }
                return position
            } else if byte == UInt8(ascii: "\\") {
                guard position + 1 < bytes.count, (32...126).contains(bytes[position + 1]) else {
                    throw Self.error(
                        .forbiddenCharacter, "a backslash must be followed by a printable character", bytes, position)
                }
                if Self.isUppercase(bytes[position + 1]) { localHasUppercase = true }
                position += 2
            } else if byte >= 0x80 {
                localHasNonASCII = true
                position = try Self.skipScalar(bytes, position)
            } else if (32...126).contains(byte) {
                if Self.isUppercase(byte) { localHasUppercase = true }
                position += 1
            } else {
                throw Self.forbidden("the quoted local part", bytes, position)
            }
        }
        throw Self.error(.unclosedQuote, "the quoted local part is not closed", bytes, position)
    }

    // MARK: Domain

    /// Reads `sub-domain *("." sub-domain)` to the end of the text.
    private mutating func readDomain(_ bytes: Span<UInt8>, from start: Int) throws(EmailAddressError) {
        var labelStart = start
        var labelHasNonASCII = false
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            if Self.isLetterDigit(byte) {
                if Self.isUppercase(byte) { domainHasUppercase = true }
                position += 1
            } else if byte == UInt8(ascii: ".") {
                try Self.checkLabel(bytes, from: labelStart, to: position, hasNonASCII: labelHasNonASCII)
                position += 1
                labelStart = position
                labelHasNonASCII = false
            } else if byte == UInt8(ascii: "-") {
                position += 1
            } else if byte >= 0x80 {
                domainHasNonASCII = true
                labelHasNonASCII = true
                position = try Self.skipScalar(bytes, position)
            } else if byte == UInt8(ascii: "@") {
                throw Self.error(.severalAtSigns, "there is more than one @", bytes, position)
            } else {
                throw Self.forbidden("the domain", bytes, position)
            }
        }
        try Self.checkLabel(bytes, from: labelStart, to: position, hasNonASCII: labelHasNonASCII)
        // The length of a domain with U-labels is only known once they are encoded.
        guard !domainHasNonASCII else { return }
        try Self.checkLengths(bytes, domainLength: position - start, localLength: localLength)
    }

    private static func checkLabel(
        _ bytes: Span<UInt8>, from start: Int, to end: Int, hasNonASCII: Bool
    ) throws(EmailAddressError) {
        guard end > start else { throw error(.emptyLabel, "a label of the domain is empty", bytes, start) }
        if bytes[start] == UInt8(ascii: "-") {
            throw error(.misplacedHyphen, "a label of the domain begins with a hyphen", bytes, start)
        }
        if bytes[end - 1] == UInt8(ascii: "-") {
            throw error(.misplacedHyphen, "a label of the domain ends with a hyphen", bytes, end - 1)
        }
        guard hasNonASCII || end - start <= labelLimit else {
            throw error(.labelTooLong, "a label of the domain is longer than 63 octets", bytes, start + labelLimit)
        }
    }

    /// Checks the limits that depend on the domain's length in letters, digits and hyphens.
    static func checkLengths(
        _ bytes: Span<UInt8>, domainLength: Int, localLength: Int
    ) throws(EmailAddressError) {
        guard domainLength <= domainLimit else {
            throw error(.domainTooLong, "the domain is longer than 255 octets", bytes, bytes.count)
        }
        guard localLength + 1 + domainLength <= totalLimit else {
            throw error(.tooLong, "the address is longer than 254 octets", bytes, bytes.count)
        }
    }

    private func readLiteral(_ bytes: Span<UInt8>, from start: Int) throws(EmailAddressError) {
        guard
            bytes[bytes.count - 1] == UInt8(ascii: "]"),
            AddressLiteral.isValid(bytes, from: start + 1, to: bytes.count - 1)
        else {
            throw Self.error(
                .badAddressLiteral, "the brackets hold neither an IPv4, an IPv6: nor a tagged address", bytes, start)
        }
        try Self.checkLengths(bytes, domainLength: bytes.count - start, localLength: localLength)
    }
}

// MARK: Characters

extension MailboxSyntax {
    /// `atext` of RFC 5322 §3.2.3, as two maps of 64 bits.
    @inline(__always)
    static func isAtomText(_ byte: UInt8) -> Bool {
        // ! # $ % & ' * + - / 0-9 = ?
        let low: UInt64 = 0xA3FF_ACFA_0000_0000
        // A-Z ^ _ ` a-z { | } ~
        let high: UInt64 = 0x7FFF_FFFF_C7FF_FFFE
        return byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }

    @inline(__always)
    static func isLetterDigit(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03FF_0000_0000_0000
        let high: UInt64 = 0x07FF_FFFE_07FF_FFFE
        return byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }

    @inline(__always)
    static func isUppercase(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }

    /// Steps over one non-ASCII character, refusing controls, white space and invisible formatting.
    ///
    /// RFC 6531 would let them through; in a list they are always the debris of a spreadsheet.
    private static func skipScalar(_ bytes: Span<UInt8>, _ position: Int) throws(EmailAddressError) -> Int {
        let lead = bytes[position]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        var value = UInt32(lead) & (length == 4 ? 0x07 : length == 3 ? 0x0F : 0x1F)
        for offset in 1..<length where position + offset < bytes.count {
            value = value << 6 | UInt32(bytes[position + offset] & 0x3F)
        }
        guard let scalar = Unicode.Scalar(value) else { throw forbidden("an address", bytes, position) }
        switch scalar.properties.generalCategory {
        case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            throw forbidden("an address", bytes, position)
        case .format where value != 0x200C && value != 0x200D:
            throw forbidden("an address", bytes, position)
        default:
            return position + length
        }
    }
}

// MARK: Errors

extension MailboxSyntax {
    /// An error at a byte offset, told as a place in characters.
    static func error(
        _ code: EmailAddressError.Code, _ message: String, _ bytes: Span<UInt8>, _ offset: Int
    ) -> EmailAddressError {
        var position = 1
        for index in 0..<min(offset, bytes.count) where bytes[index] & 0xC0 != 0x80 { position += 1 }
        return EmailAddressError(code, message, position: position)
    }

    private static func misplacedDot(_ bytes: Span<UInt8>, _ position: Int) -> EmailAddressError {
        error(.misplacedDot, "a dot must stand between two characters of the local part", bytes, position)
    }

    private static func forbidden(_ place: String, _ bytes: Span<UInt8>, _ position: Int) -> EmailAddressError {
        let byte = bytes[position]
        let what =
            (33...126).contains(byte)
            ? String(UnicodeScalar(byte))
            : byte == 32 ? "a space" : byte < 0x80 ? "a control character" : "this character"
        return error(.forbiddenCharacter, "\(what) is not allowed in \(place)", bytes, position)
    }

    private static func unexpectedInLocalPart(_ bytes: Span<UInt8>, _ position: Int) -> EmailAddressError {
        hasAngleBrackets(bytes) ? displayName(bytes, position) : forbidden("an unquoted local part", bytes, position)
    }

    private static func displayName(_ bytes: Span<UInt8>, _ position: Int) -> EmailAddressError {
        error(.displayName, "only the bare address is allowed here, without a name or <>", bytes, position)
    }

    private static func hasAngleBrackets(_ bytes: Span<UInt8>) -> Bool {
        guard bytes[bytes.count - 1] == UInt8(ascii: ">") else { return false }
        for index in 0..<bytes.count where bytes[index] == UInt8(ascii: "<") { return true }
        return false
    }
}
