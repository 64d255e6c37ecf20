/// A header value with merge fields, such as the subject.
struct HeaderPart: Sendable {
    private enum Source: Sendable {
        case flat(conditions: [Int], variants: [[TemplateSegment]])
        case mustache(TemplatePart)
    }

    private let source: Source

    /// With `usesMustacheAlways` nothing is prepared: slower, and byte for byte the same.
    init(_ part: TemplatePart, usesMustacheAlways: Bool) {
        if !usesMustacheAlways, let variants = part.variants() {
            source = .flat(conditions: part.conditions, variants: variants)
        } else {
            source = .mustache(part)
        }
    }

    /// The value, cleaned, when it is the same for every contact.
    var constant: [UInt8]? {
        guard case .flat(let conditions, let variants) = source, conditions.isEmpty else { return nil }
        var store = ByteStore(capacity: 256)
        for segment in variants.joined() {
            guard case .literal(let bytes) = segment else { return nil }
            store.append(bytes)
        }
        HeaderText.clean(&store)
        return Array(store.bytes)
    }

    /// Puts the value for one contact, cleaned, in the place of what `store` holds.
    func render(_ values: MergeValues, into store: inout ByteStore) {
        store.truncate(to: 0)
        switch source {
        case .flat(let conditions, let variants):
            for segment in variants[values.variant(of: conditions)] {
                switch segment {
                case .literal(let bytes): store.append(bytes)
                case .field(let field): store.append(values[field.slot])
                }
            }
        case .mustache(let part):
            store.append(part.render(values, cleaning: .none))
        }
        HeaderText.clean(&store)
    }
}
