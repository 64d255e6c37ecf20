import Foundation

/// A mailbox as people write it in a From or Reply-To field: `Survey Team <survey@example.org>`.
public struct NamedMailbox: Hashable, Sendable {
    /// The name as people read it, without quotation marks; `nil` when there is none.
    public var displayName: String?
    public var address: EmailAddress

    public init(displayName: String? = nil, address: EmailAddress) {
        self.displayName = displayName
        self.address = address
    }

    /// Reads `Name <address>`, `"Quoted, name" <address>`, `<address>` or a bare address; outer white space is ignored.
    ///
    /// A name with a comma, semicolon or `@` must be quoted, since it may be a list; control characters are never
    /// allowed.
    public init(parsing text: String) throws(EmailAddressError) {
        if let index = text.unicodeScalars.firstIndex(where: { $0.value < 32 || (0x7F...0x9F).contains($0.value) }) {
            throw Self.error(.forbiddenCharacter, "a control character is not allowed", text, index)
        }
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard trimmed.last == ">" else {
            self.init(address: try EmailAddress(parsing: trimmed))
            return
        }
        guard let opening = Self.openingBracket(in: trimmed) else {
            throw EmailAddressError(.displayName, "the > has no < before it", position: trimmed.unicodeScalars.count)
        }
        let inside = trimmed[trimmed.index(after: opening)...].dropLast()
        let name = try Self.displayName(trimmed, upTo: opening)
        let leading = trimmed[...opening].unicodeScalars.count
        do throws(EmailAddressError) {
            self.init(displayName: name, address: try EmailAddress(parsing: String(inside)))
        } catch {
            throw EmailAddressError(error.code, error.message, position: leading + error.position)
        }
    }

    /// The `<` that begins the address: the first one outside quotation marks.
    private static func openingBracket(in text: String) -> String.Index? {
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case "<" where !isQuoted: return index
            default: break
            }
        }
        return nil
    }

    /// The name before the address, unquoted; `nil` when there is only white space.
    private static func displayName(
        _ text: String, upTo end: String.Index
    ) throws(EmailAddressError) -> String? {
        let name = text[..<end].trimmingCharacters(in: .whitespaces)
        guard name.first == "\"" else {
            if let bad = text[..<end].firstIndex(where: { ",;@<>\"\\".contains($0) }) {
                throw error(
                    .forbiddenCharacter, "a name with \(text[bad]) must stand in quotation marks", text, bad)
            }
            return name.isEmpty ? nil : name
        }
        var result = ""
        var isEscaped = false
        var rest = name.dropFirst()
        while let character = rest.popFirst() {
            if isEscaped {
                result.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                guard rest.isEmpty else {
                    throw error(.textAfterQuote, "only the address may follow a quoted name", text, end)
                }
                return result.isEmpty ? nil : result
            } else {
                result.append(character)
            }
        }
        throw error(.unclosedQuote, "the quoted name is not closed", text, end)
    }

    private static func error(
        _ code: EmailAddressError.Code, _ message: String, _ text: String, _ index: String.Index
    ) -> EmailAddressError {
        EmailAddressError(code, message, position: text[..<index].unicodeScalars.count + 1)
    }
}
