/// The hosts that a domain names for its mail, without doubles.
struct MailExchangers: Sendable, Hashable {
    /// The most preferred first, those of the same preference by name.
    let records: [MXRecord]

    init(_ records: [MXRecord]) {
        var best: [String: UInt16] = [:]
        for record in records { best[record.host] = min(best[record.host] ?? .max, record.preference) }
        self.records = best.map { MXRecord($1, $0) }.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }
    }

    /// Whether the domain says that it takes no mail: its only record names the root (RFC 7505 §3).
    var isNullMX: Bool { records.count == 1 && records.first?.host.isEmpty == true }

    /// The name for all domains with these hosts in this order: the host, or the first one with the number of the
    /// others and a hash over all.
    ///
    /// The numbers of the preferences do not count, nor do the names that a worker calls its own: every machine says
    /// the same, and says it tomorrow.
    var site: String {
        guard let first = records.first else { return "" }
        guard records.count > 1 else { return first.host }
        return "\(first.host)+\(records.count - 1)~\(Self.hash(of: records.map(\.host)))"
    }

    /// Which hosts to try, in which order: shuffled among those of the same preference (RFC 5321 §5.1), at most `limit`.
    ///
    /// Where one of our own names stands in the list, it and all that are not preferred to it are left out: else two
    /// hosts would hand a message to and fro (same section).
    func trial(
        ownNames: Set<String>, limit: Int, using generator: inout some RandomNumberGenerator
    ) -> [MXRecord] {
        let own = records.first { ownNames.contains($0.host) }
        let usable = records.filter { record in
            !record.host.isEmpty && own.map { record.preference < $0.preference } ?? true
        }
        return Array(Self.shuffled(usable, by: \.preference, using: &generator).prefix(limit))
    }

    /// Shuffles what is next to each other and has the same preference.
    static func shuffled<Element>(
        _ elements: [Element], by preference: (Element) -> UInt16, using generator: inout some RandomNumberGenerator
    ) -> [Element] {
        var shuffled: [Element] = []
        var group: [Element] = []
        for element in elements {
            if let other = group.first, preference(other) != preference(element) {
                shuffled += group.shuffled(using: &generator)
                group = []
            }
            group.append(element)
        }
        return shuffled + group.shuffled(using: &generator)
    }

    /// FNV-1a over the names, folded to 32 bits, in hexadecimal digits; tells lists apart, and is no secret.
    private static func hash(of names: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for name in names {
            for byte in name.utf8 + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        let digits = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
