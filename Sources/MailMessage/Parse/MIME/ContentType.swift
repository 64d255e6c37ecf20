/// What a Content-Type field says (RFC 2045 §5.1), as far as it matters for reading reports.
struct ContentType: Hashable, Sendable {
    /// In lower case.
    var type = "text"
    var subtype = "plain"
    /// Parameters by their names in lower case; parts of one that was split (RFC 2231 §3) are joined.
    private(set) var parameters: [String: [UInt8]] = [:]

    static let plainText = ContentType()
    static let message = ContentType(type: "message", subtype: "rfc822")

    var isMultipart: Bool { type == "multipart" }
    var isText: Bool { type == "text" }
    /// Whether it holds a message, whole or only its header.
    var isMessage: Bool {
        switch (type, subtype) {
        case ("message", "rfc822"), ("message", "global"), ("message", "partial"), ("message", "rfc822-headers"),
            ("text", "rfc822-headers"), ("text", "rfc822-header"), ("message", "global-headers"), ("text", "rfc822"):
            true
        default: false
        }
    }
    /// Whether it is the machine-readable part of a delivery report (RFC 3464, RFC 6533).
    var isDeliveryStatus: Bool {
        (type == "message" || type == "text") && (subtype == "delivery-status" || subtype == "global-delivery-status")
    }
    /// Whether it is the machine-readable part of a complaint (RFC 5965).
    var isFeedbackReport: Bool { type == "message" && subtype == "feedback-report" }

    /// Whether it is the machine-readable part of a receipt (RFC 8098): whether people have read a message is not our question.
    var isReceipt: Bool {
        type == "message" && (subtype == "disposition-notification" || subtype == "global-disposition-notification")
    }

    init(type: String = "text", subtype: String = "plain") {
        self.type = type
        self.subtype = subtype
    }

    /// Reads an unfolded field; what cannot be read is plain text.
    init(reading value: Bytes) {
        var rest = value.trimmed
        let mediaType = Self.token(from: &rest)
        if let slash = mediaType.firstIndex(of: UInt8(ascii: "/")) {
            type = Self.lowercased(mediaType[..<slash])
            subtype = Self.lowercased(mediaType[(slash + 1)...])
        }
        while let semicolon = rest.firstIndex(of: UInt8(ascii: ";")), parameters.count < 16 {
            rest = rest[(semicolon + 1)...].trimmed
            let name = Self.token(from: &rest)
            rest = rest.trimmed
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest = rest.dropFirst().trimmed
            let value =
                rest.first == UInt8(ascii: "\"")
                ? Self.quotedString(from: &rest) : Array(Self.token(from: &rest, isName: false))
            let key = Self.lowercased(name.prefix { $0 != UInt8(ascii: "*") })
            let isPart = key.utf8.count < name.count
            parameters[key] = isPart ? (parameters[key] ?? []) + value : parameters[key] ?? value
        }
    }

    /// A parameter as text, in lower case.
    func parameter(_ name: String) -> String? {
        parameters[name].map { Self.lowercased($0[...]) }
    }

    /// What separates the parts of a multipart body; `nil` when it is not given.
    var boundary: [UInt8]? {
        guard var boundary = parameters["boundary"] else { return nil }
        while let last = boundary.last, ASCII.isWhiteSpace(last) { boundary.removeLast() }
        return boundary.isEmpty ? nil : boundary
    }

    /// What stands up to white space or a semicolon; a name also ends at its equals sign, which a value may contain.
    private static func token(from rest: inout Bytes, isName: Bool = true) -> Bytes {
        let token = rest.prefix { byte in
            !ASCII.isWhiteSpace(byte) && byte != UInt8(ascii: ";") && !(isName && byte == UInt8(ascii: "="))
        }
        rest = rest[token.endIndex...]
        return token
    }

    private static func quotedString(from rest: inout Bytes) -> [UInt8] {
        var value: [UInt8] = []
        var index = rest.startIndex + 1
        while index < rest.endIndex, rest[index] != UInt8(ascii: "\"") {
            if rest[index] == UInt8(ascii: "\\"), index + 1 < rest.endIndex { index += 1 }
            value.append(rest[index])
            index += 1
        }
        rest = rest[min(index + 1, rest.endIndex)...]
        return value
    }

    private static func lowercased(_ bytes: Bytes) -> String {
        String(decoding: bytes.map(ASCII.lowercase), as: UTF8.self)
    }
}
