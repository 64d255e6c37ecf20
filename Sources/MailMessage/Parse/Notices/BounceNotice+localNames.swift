/// Recipients that a notice names without their domain, as systems do that know but one.
extension BounceNotice {
    /// The names that stand alone on their lines below one that announces recipients.
    var localNames: [String] {
        guard let announcement = lines.indices.first(where: announcesRecipients) else { return [] }
        let names = lines[(announcement + 1)...].map(\.trimmed).drop(while: \.isEmpty).prefix { Self.isLocalName($0) }
        return names.prefix(Self.mostLocalNames).map(\.text)
    }

    /// Whether a line ends with a colon, and its paragraph speaks of recipients.
    private func announcesRecipients(at index: Int) -> Bool {
        guard lines[index].trimmed.last == UInt8(ascii: ":") else { return false }
        let paragraph = lines[max(0, index - 3)...index].reversed().prefix { !$0.trimmed.isEmpty }
        return paragraph.contains { Self.recipientWords.occurs(in: $0) }
    }

    private static let mostLocalNames = 16
    private static let recipientWords: WordSet = ["recipient", "recipients", "address", "addresses", "user", "users"]

    /// A word that can stand before an at sign, and is no sentence.
    private static func isLocalName(_ line: Bytes) -> Bool {
        (2...64).contains(line.count) && line.hasLetters && line.last != UInt8(ascii: ".")
            && line.allSatisfy { ASCII.isWordByte($0) && $0 < 0x80 || "._-+".utf8.contains($0) }
    }
}
