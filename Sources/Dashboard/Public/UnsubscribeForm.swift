internal import Foundation

/// What is asked for by the body of a POST to an unsubscribe link.
enum UnsubscribeForm: Hashable {
    /// A mail program, on behalf of its reader: `List-Unsubscribe=One-Click` (RFC 8058 §3.1).
    case oneClick
    /// The button of our own page.
    case page

    /// The largest body that means anything.
    static let maximumSize = 4096

    /// Reads a form of either type (RFC 8058 §3.2: multipart/form-data or application/x-www-form-urlencoded); `nil` when it asks for nothing.
    init?(contentType: String?, body: some Collection<UInt8>) {
        let text = String(decoding: body, as: UTF8.self)
        let type = contentType ?? ""
        let fields = type.lowercased().hasPrefix("multipart/") ? Self.parts(text, type) : Self.pairs(text)
        if fields.contains(where: { $0.name == "List-Unsubscribe" && $0.value == "One-Click" }) {
            self = .oneClick
        } else if fields.contains(where: { $0.name == "confirm" && $0.value == "yes" }) {
            self = .page
        } else {
            return nil
        }
    }

    private typealias Field = (name: String, value: String)

    private static func pairs(_ text: String) -> [Field] {
        text.split(separator: "&").map { pair -> Field in
            let name = pair.prefix { $0 != "=" }
            return (decoded(name), decoded(pair.dropFirst(name.count + 1)))
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let text = String(text.replacing("+", with: " "))
        return (text.removingPercentEncoding ?? text).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The parts of multipart/form-data (RFC 7578), with line ends of either kind.
    private static func parts(_ text: String, _ type: String) -> [Field] {
        guard let boundary = parameter("boundary", in: type) else { return [] }
        var fields: [Field] = []
        for part in text.replacing("\r\n", with: "\n").components(separatedBy: "--\(boundary)") {
            guard let end = part.range(of: "\n\n"), let name = parameter("name", in: String(part[..<end.lowerBound]))
            else { continue }
            fields.append((name, part[end.upperBound...].trimmingCharacters(in: .whitespacesAndNewlines)))
        }
        return fields
    }

    /// The value of a header's parameter, with quotation marks or without.
    private static func parameter(_ name: String, in header: String) -> String? {
        guard let start = header.range(of: "\(name)=", options: .caseInsensitive)?.upperBound else { return nil }
        let rest = header[start...]
        let value = rest.first == "\"" ? rest.dropFirst().prefix { $0 != "\"" } : rest.prefix { !"; \n".contains($0) }
        return value.isEmpty ? nil : String(value)
    }
}
