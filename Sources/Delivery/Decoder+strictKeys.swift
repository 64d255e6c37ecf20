extension Decoder {
    /// The first key of the object at hand that its type does not know.
    public func firstKey(unknownTo known: [String]) throws -> String? {
        try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).first { !known.contains($0) }
    }
}

/// Any key at all, to find those that do not belong.
private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
