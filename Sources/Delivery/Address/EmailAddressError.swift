/// Why a text is not an email address: what is wrong, and where.
public struct EmailAddressError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of faults; the raw value is the stable name that reports and scripts use.
    public enum Code: String, CaseIterable, Sendable, Hashable {
        case empty
        case missingAtSign = "missing_at_sign"
        case severalAtSigns = "several_at_signs"
        case displayName = "display_name"
        case emptyLocalPart = "empty_local_part"
        case localPartTooLong = "local_part_too_long"
        case misplacedDot = "misplaced_dot"
        case forbiddenCharacter = "forbidden_character"
        case unclosedQuote = "unclosed_quote"
        case textAfterQuote = "text_after_quote"
        case missingDomain = "missing_domain"
        case emptyLabel = "empty_label"
        case labelTooLong = "label_too_long"
        case misplacedHyphen = "misplaced_hyphen"
        case domainTooLong = "domain_too_long"
        case badInternationalLabel = "bad_international_label"
        case badAddressLiteral = "bad_address_literal"
        case tooLong = "too_long"
    }

    public var code: Code
    /// What is wrong, as a sentence without the place.
    public var message: String
    /// The character (Unicode scalar) at which it is wrong, counted from 1.
    public var position: Int

    public init(_ code: Code, _ message: String, position: Int) {
        self.code = code
        self.message = message
        self.position = position
    }

    /// The whole explanation for people: `a label is empty (at character 12)`.
    public var description: String { "\(message) (at character \(position))" }
}
