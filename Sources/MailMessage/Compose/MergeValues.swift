/// The values of one contact, by slot: slot 0 is the address, the others are the merge fields in the message's order.
struct MergeValues {
    let address: String
    let fields: [String]

    /// A value that the contact does not have is empty.
    @inline(__always)
    subscript(slot: Int) -> String {
        if slot == 0 { return address }
        return slot <= fields.count ? fields[slot - 1] : ""
    }
}

/// The numbering of merge fields while a template is compiled: names get their slots in the order of their first use.
struct MergeFieldSlots {
    /// The built-in name of the contact's address.
    static let addressName = "email"

    private(set) var names: [String] = []
    private var slots: [String: Int] = [addressName: 0]

    mutating func slot(of name: String) -> Int {
        if let slot = slots[name] { return slot }
        names.append(name)
        slots[name] = names.count
        return names.count
    }
}
