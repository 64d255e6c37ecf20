/// The note in the DNS that a domain has a policy, and which one (RFC 8461 §3.1).
struct MTASTSRecord: Sendable, Hashable {
    /// Changes whenever the policy does.
    var id: String

    /// Reads a text of `_mta-sts.DOMAIN`; `nil` when it is something else.
    init?(parsing text: String) {
        let fields = text.split(separator: ";").map { field in
            field.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\t" } }
        }
        guard text.hasPrefix("v=STSv1"), fields.first == ["v", "STSv1"] else { return nil }
        guard let id = fields.dropFirst().first(where: { $0.first == "id" })?.dropFirst().first,
            (1...32).contains(id.utf8.count), id.utf8.allSatisfy({ Self.isAlphanumeric($0) })
        else { return nil }
        self.id = id
    }

    /// The note among the texts of a name: there must be exactly one.
    static func only(in texts: [String]) -> MTASTSRecord? {
        let notes = texts.filter { $0.hasPrefix("v=STSv1") }
        return notes.count == 1 ? notes.first.flatMap(MTASTSRecord.init(parsing:)) : nil
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
