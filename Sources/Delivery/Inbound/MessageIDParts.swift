/// What a Message-ID of the form of ours says (RFC 5322 §3.6.4): `mailing.ordinal.mark@domain`.
///
/// The mark is either a code that nobody else can make, or the salt of the deployment, which everybody knows who has had a message of
/// ours. Whoever has the key tells a right code from a wrong one; by their form alone both look like ours.
public struct MessageIDParts: Hashable, Sendable {
    public var job: DeliveryJob.ID
    public var mark: String

    /// The characters of a code, which no salt has: of base32 (RFC 4648 §6), in either letter case.
    public static let codeLength = 24

    /// Reads a Message-ID with or without its brackets; `nil` when it has not the form of ours.
    public init?(parsing text: some StringProtocol) {
        let bare = text.drop { $0 == "<" || $0.isWhitespace }.prefix { $0 != ">" && !$0.isWhitespace }
        let halves = bare.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[1].isEmpty else { return nil }
        let words = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 3, let mailing = Self.number(words[0]), let ordinal = Self.number(words[1]),
            !words[2].isEmpty
        else { return nil }
        job = DeliveryJob.ID(mailing: MailingID(rawValue: mailing), ordinal: ordinal)
        mark = String(words[2])
    }

    /// Whether the mark has the form of a code.
    public var hasCode: Bool {
        mark.utf8.count == Self.codeLength
            && mark.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) && $0 > 0x40 || (0x32...0x37).contains($0) }
    }

    /// A number as we write it; what else can be read as one, such as `+7`, is not ours.
    private static func number(_ digits: some StringProtocol) -> UInt32? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt32(digits) : nil
    }
}
