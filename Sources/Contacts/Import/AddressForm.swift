import Delivery

/// The forms of an address that the book keeps, made from what a file or a person wrote.
struct AddressForm: Hashable, Sendable {
    /// What goes into RCPT TO; the raw text when it is not an address.
    var address: String
    /// What compares addresses; the raw text when it is not an address.
    var key: String
    /// The domain in ASCII, which names the lane; empty when it is not an address.
    var lane: String
    /// What is wrong with the syntax, or `nil` for an address.
    var problem: String?

    /// Reads an address; text that is none keeps its own words as address and key.
    init(_ raw: String) {
        do {
            let parsed = try EmailAddress(parsing: raw)
            address = parsed.normalized
            key = parsed.comparisonKey
            lane = parsed.asciiDomain
        } catch {
            address = raw
            key = raw
            lane = ""
            problem = String(describing: error)
        }
    }
}
