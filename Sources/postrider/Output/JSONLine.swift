/// Writes values as JSON on one line, keys in the order in which they are declared, missing values as `null`.
///
/// Foundation's encoder loses the order and leaves missing values out; people read these lines, and scripts look for every key.
enum JSONLine {
    /// The value as one line, without a line end.
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONValueEncoder(codingPath: [])
        try value.encode(to: encoder)
        var text = ""
        encoder.node.value.write(to: &text)
        return text
    }

    /// Appends a text as a JSON string (RFC 8259 §7).
    static func append(_ text: String, to line: inout String) {
        line.append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line.append("\\\"")
            case "\\": line.append("\\\\")
            case "\n": line.append("\\n")
            case "\r": line.append("\\r")
            case "\t": line.append("\\t")
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let hex = String(scalar.value, radix: 16)
                line.append("\\u" + String(repeating: "0", count: 4 - hex.count) + hex)
            default: line.unicodeScalars.append(scalar)
            }
        }
        line.append("\"")
    }
}

/// A JSON value that keeps the order of its keys.
indirect enum JSONValue {
    case null
    case bool(Bool)
    /// A number as it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// Appends the value's text, without white space.
    func write(to text: inout String) {
        switch self {
        case .null: text.append("null")
        case .bool(let value): text.append(value ? "true" : "false")
        case .number(let digits): text.append(digits)
        case .string(let value): JSONLine.append(value, to: &text)
        case .array(let values):
            text.append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { text.append(",") }
                value.write(to: &text)
            }
            text.append("]")
        case .object(let members):
            text.append("{")
            for (index, member) in members.enumerated() {
                if index > 0 { text.append(",") }
                JSONLine.append(member.key, to: &text)
                text.append(":")
                member.value.write(to: &text)
            }
            text.append("}")
        }
    }
}
