/// The values of one contact, by slot: slot 0 is the address, those above are the merge fields in the message's order, those
/// below are the links.
struct MergeValues {
    let address: String
    let fields: [String]
    var unsubscribeLink = ""
    var surveyLink = ""
    var openLink = ""
    var unsubscribeAddress = ""
    /// What the number of a followed link is put behind.
    var clickLink = ""

    /// A value that the contact does not have is empty.
    @inline(__always)
    subscript(slot: Int) -> String {
        if slot > 0 { return slot <= fields.count ? fields[slot - 1] : "" }
        return switch slot {
        case 0: address
        case MergeFieldSlots.unsubscribeLink: unsubscribeLink
        case MergeFieldSlots.surveyLink: surveyLink
        case MergeFieldSlots.openLink: openLink
        case MergeFieldSlots.unsubscribeAddress: unsubscribeAddress
        default: clickLink + String(MergeFieldSlots.firstClick - slot)
        }
    }
}

/// The numbering of merge fields while a template is compiled: names get their slots in the order of their first use.
struct MergeFieldSlots {
    /// The built-in name of the contact's address.
    static let addressName = "email"

    static let unsubscribeLink = -1
    static let surveyLink = -2
    static let openLink = -3
    static let unsubscribeAddress = -4
    /// The slot of the first followed link; the others are below it.
    static let firstClick = -10

    /// The names of what is put into templates when they are compiled.
    static let openName = "postrider-open"
    static let unsubscribeAddressName = "postrider-unsubscribe-address"
    static func clickName(_ index: Int) -> String { "postrider-click-\(index)" }

    private(set) var names: [String] = []
    /// The built-in slots that the template uses.
    private(set) var builtIn: Set<Int> = []
    private var slots: [String: Int] = [addressName: 0]

    /// A link has its name only if it is known how it begins; else the name is a field's like any other.
    init(_ options: MessageOptions? = nil, followedLinks: Int = 0) {
        if options?.unsubscribeURL != nil { slots["unsubscribeLink"] = Self.unsubscribeLink }
        if options?.surveyURL != nil { slots["surveyLink"] = Self.surveyLink }
        if options?.trackOpens == true { slots[Self.openName] = Self.openLink }
        if options?.unsubscribeDomain != nil { slots[Self.unsubscribeAddressName] = Self.unsubscribeAddress }
        for index in 0..<followedLinks { slots[Self.clickName(index)] = Self.firstClick - index }
    }

    mutating func slot(of name: String) -> Int {
        if let slot = slots[name] {
            if slot <= 0 { builtIn.insert(slot) }
            return slot
        }
        names.append(name)
        slots[name] = names.count
        return names.count
    }
}
