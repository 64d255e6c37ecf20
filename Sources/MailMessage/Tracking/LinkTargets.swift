public import Delivery

/// Where the followed links of a mailing lead: what a click has to know of its message.
public struct LinkTargets: Sendable {
    private let targets: [TemplatePart]
    private let fieldNames: [String]
    private let links: MessageLinks

    /// Reads the links of a template.
    ///
    /// - Parameter key: Makes the tokens in links to the survey.
    /// - Throws: ``MessageTemplateError``, as when the message was compiled.
    public init(_ template: MessageTemplate, key: TokenKey) throws {
        var fields = MergeFieldSlots(template.options)
        targets = try (TrackedHTML(template)?.targets ?? []).map {
            try TemplatePart($0, part: .html, escaping: .none, fields: &fields)
        }
        fieldNames = fields.names
        links = MessageLinks(template.options, key: key)
    }

    /// How many links are followed by their number.
    public var count: Int { targets.count }

    /// Where a contact gets by a link, fit for a Location header (RFC 9110 §10.2.2); `nil` when the message has no such link.
    ///
    /// - Parameters:
    ///   - index: The number of the link, from 0 in the order of the HTML.
    ///   - address: The contact's address.
    ///   - fields: The contact's values by field, as they are now.
    public func address(
        ofLink index: Int, for job: DeliveryJob.ID, contact address: String, fields: [String: String]
    ) -> String? {
        guard targets.indices.contains(index) else { return nil }
        var values = MergeValues(address: address, fields: fieldNames.map { fields[$0] ?? "" })
        links.fill(&values, slots: [MergeFieldSlots.surveyLink], job: job)
        return Self.encoded(targets[index].render(values, cleaning: .none))
    }

    /// The text with everything percent-encoded that may not stand in a URI (RFC 3986 §2); what is encoded already stays.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 where byte >= 0x20 && byte != 0x7F {
            if byte > 0x20, byte < 0x7F, !"\"<>\\^`{|}".utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
