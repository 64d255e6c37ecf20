import Foundation

/// An email address: the `Mailbox` of RFC 5321 §4.1.2, with UTF-8 local parts (RFC 6531) and international domains.
///
/// A value exists only for well-formed addresses. A domain of one label (`root@localhost`) is well-formed.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as it was typed.
    public let text: String
    /// What goes into RCPT TO: the local part without needless quoting, `@`, and ``asciiDomain``.
    public let normalized: String
    /// Whether the local part needs a server with SMTPUTF8 (RFC 6531); an international domain alone does not.
    public let needsSMTPUTF8: Bool
    /// Bytes before the `@` in ``text`` and in ``normalized``.
    private let localLength: UInt8
    private let normalizedLocalLength: UInt8
    private let normalizedHasUppercase: Bool

    /// Reads a text that must be an address and nothing else: no white space around it, no display name, no comment.
    public init(parsing text: String) throws(EmailAddressError) {
        var text = text
        text.makeContiguousUTF8()
        let bytes = text.utf8.span
        let syntax = try MailboxSyntax(bytes)
        self.text = text
        needsSMTPUTF8 = syntax.localHasNonASCII
        localLength = UInt8(syntax.localLength)
        guard syntax.isQuoted || syntax.domainHasUppercase || syntax.domainHasNonASCII else {
            // The usual case: nothing to rewrite, and the two strings share their storage.
            normalized = text
            normalizedLocalLength = localLength
            normalizedHasUppercase = syntax.localHasUppercase || syntax.domainIsLiteral
            return
        }
        let typedLocal = text.utf8.prefix(syntax.localLength)
        let local = syntax.isQuoted ? Self.unquoted(typedLocal) : String(Substring(typedLocal))
        let typedDomain = String(Substring(text.utf8.dropFirst(syntax.localLength + 1)))
        let domain: String
        if syntax.domainIsLiteral {
            domain = typedDomain
        } else if syntax.domainHasNonASCII {
            domain = try Self.asciiDomain(of: typedDomain, in: bytes, after: syntax.localLength)
            try MailboxSyntax.checkLengths(
                bytes, domainLength: domain.utf8.count, localLength: syntax.localLength)
        } else {
            domain = typedDomain.lowercased()
        }
        normalized = "\(local)@\(domain)"
        normalizedLocalLength = UInt8(local.utf8.count)
        normalizedHasUppercase = syntax.localHasUppercase || syntax.domainIsLiteral
    }

    /// Reads an address from an imported list: the same as ``init(parsing:)`` once outer white space is trimmed.
    public init(trimming text: String) throws(EmailAddressError) {
        guard let first = text.utf8.first, let last = text.utf8.last else {
            throw EmailAddressError(.empty, "there is no address", position: 1)
        }
        if (33...126).contains(first), (33...126).contains(last) {
            try self.init(parsing: text)
        } else {
            // Scalars, not characters: a byte order mark would cling to the letter before it.
            let invisible = CharacterSet(charactersIn: "\u{FEFF}\u{200B}\u{2060}")
            try self.init(parsing: text.trimmingCharacters(in: .whitespacesAndNewlines.union(invisible)))
        }
    }

    /// The part before the `@` as typed.
    public var localPart: String { String(Substring(text.utf8.prefix(Int(localLength)))) }

    /// The part after the `@` as typed.
    public var domain: String { String(Substring(text.utf8.dropFirst(Int(localLength) + 1))) }

    /// The domain in lower-case letters, digits and hyphens (A-labels); an address literal as typed.
    ///
    /// It names the lane: the addresses of one site are those with the same domain here.
    public var asciiDomain: String { String(Substring(normalized.utf8.dropFirst(Int(normalizedLocalLength) + 1))) }

    /// What makes two addresses the same contact: folded domain and lower-cased local part, `+tags` kept.
    public var comparisonKey: String {
        if needsSMTPUTF8 { return normalized.lowercased().precomposedStringWithCanonicalMapping }
        return normalizedHasUppercase ? normalized.lowercased() : normalized
    }

    public var description: String { text }
}

extension EmailAddress {
    /// The content of a quoted local part where it is a dot-string, else the shortest quoted form.
    private static func unquoted(_ quoted: Substring.UTF8View) -> String {
        var content: [UInt8] = []
        content.reserveCapacity(quoted.count)
        var isEscaped = false
        for byte in quoted.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                content.append(byte)
                isEscaped = false
            }
        }
        let atoms = content.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if atoms.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 >= 0x80 || MailboxSyntax.isAtomText($0) } }) {
            return String(decoding: content, as: UTF8.self)
        }
        var requoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in content {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { requoted.append(UInt8(ascii: "\\")) }
            requoted.append(byte)
        }
        requoted.append(UInt8(ascii: "\""))
        return String(decoding: requoted, as: UTF8.self)
    }

    /// Encodes the labels of a domain that has non-ASCII characters; the syntax around them was checked before.
    private static func asciiDomain(
        of domain: String, in bytes: Span<UInt8>, after localLength: Int
    ) throws(EmailAddressError) -> String {
        var labels: [String] = []
        var offset = localLength + 1
        for label in domain.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            if label.allSatisfy({ $0 < 0x80 }) {
                labels.append(String(Substring(label)).lowercased())
            } else {
                guard let ascii = InternationalLabel.asciiForm(of: String(Substring(label))) else {
                    throw MailboxSyntax.error(
                        .badInternationalLabel, "a label of the domain has characters that no domain may have", bytes,
                        offset)
                }
                guard ascii.utf8.count <= MailboxSyntax.labelLimit else {
                    throw MailboxSyntax.error(
                        .labelTooLong, "a label of the domain is longer than 63 octets once encoded", bytes, offset)
                }
                labels.append(ascii)
            }
            offset += label.count + 1
        }
        return labels.joined(separator: ".")
    }
}
