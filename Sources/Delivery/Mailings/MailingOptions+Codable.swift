extension MailingOptions: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case inDoubt, weight, quotaPerHour, window
        case requiresTLS = "requireTLS"
    }

    /// Reads options; a missing key takes its standard value, an unknown one is an error.
    public init(from decoder: any Decoder) throws {
        let known = Key.allCases.map(\.rawValue)
        if let key = try decoder.firstKey(unknownTo: known) {
            throw MailingOptionsError(
                key: key, message: "this key is unknown; there are \(known.joined(separator: ", "))")
        }
        let container = try decoder.container(keyedBy: Key.self)
        let inDoubt = try container.decodeIfPresent(String.self, forKey: .inDoubt).map { text in
            guard let policy = InDoubtPolicy(rawValue: text) else {
                let policies = InDoubtPolicy.allCases.map(\.rawValue).joined(separator: ", ")
                throw MailingOptionsError(key: Key.inDoubt.rawValue, message: "“\(text)” is none of \(policies)")
            }
            return policy
        }
        try self.init(
            inDoubt: inDoubt ?? Self.standard.inDoubt,
            weight: container.decodeIfPresent(Int.self, forKey: .weight) ?? Self.standard.weight,
            quotaPerHour: container.decodeIfPresent(Int.self, forKey: .quotaPerHour),
            window: container.decodeIfPresent(SendingWindow.self, forKey: .window),
            requiresTLS: container.decodeIfPresent(Bool.self, forKey: .requiresTLS) ?? false)
    }

    /// Writes the policy and the weight, and the rest where it is not as usual.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(inDoubt, forKey: .inDoubt)
        try container.encode(weight, forKey: .weight)
        try container.encodeIfPresent(quotaPerHour, forKey: .quotaPerHour)
        try container.encodeIfPresent(window, forKey: .window)
        if requiresTLS { try container.encode(true, forKey: .requiresTLS) }
    }
}
