internal import Delivery
internal import JobQueue

/// Finds the few jobs that suppressions concern among the many that wait, without reading every address by its grammar.
struct AddressSieve {
    private let notices: [String: SuppressionNotice]
    private let hashes: Set<UInt64>

    /// - Parameter notices: By address in its comparison form.
    init(_ notices: [String: SuppressionNotice]) {
        self.notices = notices
        hashes = Set(notices.keys.compactMap(Self.hash))
    }

    /// Why an address, as jobs have it, gets no mail.
    subscript(address: String) -> SuppressionNotice? {
        if let hash = Self.hash(address), !hashes.contains(hash) { return nil }
        return notices[Self.comparisonKey(address)]
    }

    /// An address of a job in the form that addresses are compared by.
    static func comparisonKey(_ address: String) -> String {
        (try? EmailAddress(parsing: address))?.comparisonKey ?? address
    }

    /// FNV-1a of the small letters; `nil` for an address that is not ASCII, of which more than the letter case may differ.
    private static func hash(_ address: String) -> UInt64? {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in address.utf8 {
            guard byte < 0x80 else { return nil }
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            hash = (hash ^ UInt64(isCapital ? byte | 0x20 : byte)) &* 0x0000_0100_0000_01b3
        }
        return hash
    }
}
