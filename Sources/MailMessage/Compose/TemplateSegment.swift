/// A piece of a template whose sections are decided: text, or a field to put in.
enum TemplateSegment: Hashable, Sendable {
    case literal([UInt8])
    case field(FieldSlot)
}

/// A field to put in, and whether it is HTML-escaped there.
struct FieldSlot: Hashable, Sendable {
    let slot: Int
    let isEscaped: Bool
}

/// The marks that stand for fields while a template is taken apart: control characters, which ``LineText`` has removed from it.
enum TemplateMarker {
    static let start: Unicode.Scalar = "\u{1}"
    static let end: Unicode.Scalar = "\u{2}"

    /// What is rendered in the place of a field; its `<` shows whether it was escaped.
    static func text(for slot: Int) -> String {
        "\(start)<\(slot)\(end)"
    }
}

extension TemplatePart {
    /// The most fields whose emptiness is decided beforehand; each doubles the number of variants.
    static let maximumConditions = 4

    /// The part as literal text and fields, once for each combination of empty and filled condition fields, or `nil` when
    /// it must be rendered by the Mustache library each time.
    ///
    /// Bit `i` of an index is set when `conditions[i]` is filled. Each variant is what the library itself renders with a mark
    /// for each field, so that white space and nesting follow its rules.
    func variants() -> [[TemplateSegment]]? {
        guard isFlat, conditions.count <= Self.maximumConditions else { return nil }
        return (0..<1 << conditions.count).map { combination in
            let text = render { slot in
                if let bit = conditions.firstIndex(of: slot), combination & 1 << bit == 0 {
                    return MergeFieldValue("", isEmpty: true)
                }
                return MergeFieldValue(TemplateMarker.text(for: slot), isEmpty: false)
            }
            return Self.segments(of: text)
        }
    }

    /// Takes a rendered text apart at the marks.
    private static func segments(of text: String) -> [TemplateSegment] {
        var segments: [TemplateSegment] = []
        var literal: [UInt8] = []
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == TemplateMarker.start, let end = rest.firstIndex(of: TemplateMarker.end) else {
                literal.append(contentsOf: Array(String(scalar).utf8))
                continue
            }
            let mark = rest[..<end]
            rest = rest[end...].dropFirst()
            let digits = String(String.UnicodeScalarView(mark.filter { ("0"..."9").contains($0) || $0 == "-" }))
            guard let slot = Int(digits) else { continue }
            if !literal.isEmpty {
                segments.append(.literal(literal))
                literal = []
            }
            segments.append(.field(FieldSlot(slot: slot, isEscaped: mark.first == "&")))
        }
        if !literal.isEmpty {
            segments.append(.literal(literal))
        }
        return segments
    }
}

extension MergeValues {
    /// The index of the variant for this contact.
    @inline(__always)
    func variant(of conditions: [Int]) -> Int {
        var index = 0
        for bit in conditions.indices where !self[conditions[bit]].isEmpty {
            index |= 1 << bit
        }
        return index
    }
}
