internal import Foundation

/// The HTML of a message that tells of opens and clicks, and where its links lead.
///
/// A link is followed by its number in the message; where it leads stands in the template that is stored with the mailing. So nobody
/// can make the public server redirect anywhere but to what the campaign's owner wrote. The host of a target never comes from a
/// contact's field: such links are left as they are.
struct TrackedHTML: Sendable {
    let html: String
    /// Where each followed link leads, as Mustache without HTML's escapes, in the order of the HTML.
    let targets: [String]
    /// The fields that the targets name, which the HTML no longer does.
    let fieldNames: [String]

    /// Puts the picture and the numbers of links into a template's HTML; `nil` when there is nothing to tell of.
    ///
    /// - Throws: ``MessageTemplateError`` when the HTML changes Mustache's delimiters, so that nothing can be put in.
    init?(_ template: MessageTemplate) throws {
        guard let options = template.options, options.tracksAnything, let source = template.html else { return nil }
        guard !source.contains("{{=") else {
            throw MessageTemplateError(
                .unsupported, in: .html, "a message that tells of opens or clicks cannot set delimiters in its HTML")
        }
        var bytes = Array(source.utf8)
        var targets: [String] = []
        var fields = MergeFieldSlots(options)
        if options.trackClicks == true {
            var replaced: [(range: Range<Int>, target: String)] = []
            for range in LinkFinder.ranges(in: bytes) {
                let value = String(decoding: bytes[range], as: UTF8.self)
                guard let target = Self.target(value, options), Self.isTemplate(target, &fields) else { continue }
                replaced.append((range, target))
            }
            for (index, link) in replaced.enumerated().reversed() {
                bytes.replaceSubrange(link.range, with: Array("{{{\(MergeFieldSlots.clickName(index))}}}".utf8))
            }
            targets = replaced.map(\.target)
        }
        var html = String(decoding: bytes, as: UTF8.self)
        if options.trackOpens == true {
            let picture =
                "<img src=\"{{{\(MergeFieldSlots.openName)}}}\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">"
            let end = html.range(of: "</body", options: [.caseInsensitive, .backwards])?.lowerBound ?? html.endIndex
            html.insert(contentsOf: picture, at: end)
        }
        self.html = html
        self.targets = targets
        fieldNames = fields.names
    }

    /// Where a link leads whose `href` is this, if it may be followed by its number.
    private static func target(_ value: String, _ options: MessageOptions) -> String? {
        guard let target = unescaped(value)?.trimmingCharacters(in: .whitespacesAndNewlines) else { return nil }
        // What leaves the list must work whatever becomes of the rest.
        guard !target.contains("unsubscribeLink"), !(options.unsubscribeURL.map(target.hasPrefix) ?? false) else {
            return nil
        }
        if options.surveyURL != nil, target.firstMatch(of: #/^\{\{[{&]?\s*surveyLink\s*\}\}/#) != nil { return target }
        guard let scheme = ["https://", "http://"].first(where: { target.lowercased().hasPrefix($0) }) else {
            return nil
        }
        let host = target.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        return host.isEmpty || host.contains("{") || host.contains("\\") ? nil : target
    }

    /// Whether a target stands for itself; one whose section begins or ends elsewhere does not.
    private static func isTemplate(_ target: String, _ fields: inout MergeFieldSlots) -> Bool {
        var tried = fields
        guard (try? TemplatePart(target, part: .html, escaping: .none, fields: &tried)) != nil else { return false }
        fields = tried
        return true
    }

    /// Undoes what HTML makes of an address in an attribute; `nil` where it is not certain what a browser would make of it.
    private static func unescaped(_ value: String) -> String? {
        let bytes = Array(value.utf8)[...]
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == UInt8(ascii: "&") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            if let name = reference(in: bytes[(index + 1)...]) {
                // A capital makes another letter of a name, which the reader of bounce messages does not care for.
                guard name.first == UInt8(ascii: "#") || name.allSatisfy({ $0 == ASCII.lowercase($0) }),
                    let entity = HTMLEntity(in: bytes, at: index), isPlain(entity.text)
                else { return nil }
                result.append(contentsOf: entity.text)
                index = entity.end
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The name or number of a character reference behind its `&`; a number counts even where no semicolon ends it.
    private static func reference(in rest: Bytes) -> Bytes? {
        if rest.first == UInt8(ascii: "#") {
            let number = rest.dropFirst()
            let isNumber = number.first.map { ASCII.isDigit($0) || ASCII.lowercase($0) == UInt8(ascii: "x") } ?? false
            return isNumber ? rest.prefix { $0 != UInt8(ascii: ";") } : nil
        }
        let name = rest.prefix { ASCII.isLetter($0) || ASCII.isDigit($0) }
        return !name.isEmpty && rest[name.endIndex...].first == UInt8(ascii: ";") ? name : nil
    }

    /// Whether what a character reference stands for is a plain part of an address: no white space, no control (which browsers take
    /// for a character of Windows-1252), no bracket that Mustache would find.
    private static func isPlain(_ text: [UInt8]) -> Bool {
        let isControl = text.count == 2 && text[0] == 0xC2 && text[1] < 0xA0
        return !isControl
            && text.allSatisfy {
                $0 > ASCII.space && $0 != 0x7F && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "}")
            }
    }
}
