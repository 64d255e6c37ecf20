import Foundation

/// One label of an internationalised domain name and its form in letters, digits and hyphens (RFC 5890, RFC 5891).
enum InternationalLabel {
    /// The A-label (`xn--…`) of a U-label: lower-cased, composed (NFC), checked and Punycode-encoded.
    ///
    /// Characters that IDNA 2008 forbids (symbols, emoji, compatibility forms such as full-width letters) have no
    /// A-label; the answer is then `nil`.
    static func asciiForm(of label: String) -> String? {
        let folded = label.lowercased().precomposedStringWithCanonicalMapping
        let scalars = folded.unicodeScalars
        guard
            let first = scalars.first, let last = scalars.last,
            first != "-", last != "-", !isMark(first), scalars.allSatisfy(isAllowed),
            // RFC 5891 §4.2.3.1: no hyphens in both the third and the fourth place.
            !folded.utf8.dropFirst(2).starts(with: "--".utf8),
            // RFC 5892 §2.2: what changes under compatibility normalisation is "unstable" and not allowed.
            folded.unicodeScalars.elementsEqual(folded.precomposedStringWithCompatibilityMapping.unicodeScalars),
            let encoded = Punycode.encode(folded)
        else { return nil }
        return "xn--" + encoded
    }

    /// Letters, marks, digits, the hyphen and the few exceptions that need a context (RFC 5892 §2).
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar == "-" || (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value)
        }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber:
            return true
        default:
            // Middle dot, Greek keraia, Hebrew geresh and gershayim, katakana middle dot, zero-width (non-)joiner.
            return [0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x200C, 0x200D].contains(scalar.value)
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
