internal import Delivery

/// The machine-readable part of a delivery report (RFC 3464 §2): groups of fields, of which the first is about the message.
///
/// Groups that run into each other are taken apart at the next Final-Recipient; fields may come in any order, and any may be missing.
struct DeliveryReport: Sendable {
    /// What it says of one recipient (§2.3).
    struct Recipient: Sendable {
        var finalRecipient: String?
        /// The ORCPT of the message (RFC 3461 §4.2), as an address.
        var originalRecipient: String?
        var action: ReportAction?
        var status: EnhancedStatusCode?
        /// The words of Diagnostic-Code, without its type.
        var diagnostic: Bytes = []
        /// The words behind the code in Status, as in `5.2.2 (mailbox full)`.
        var statusWords: Bytes = []

        /// Whether any field was there that only a recipient has.
        var isEmpty: Bool {
            finalRecipient == nil && originalRecipient == nil && action == nil && status == nil && diagnostic.isEmpty
        }
    }

    private(set) var recipients: [Recipient] = []
    /// The ENVID of the message (RFC 3461 §4.4).
    private(set) var originalEnvelopeID: String?

    init(recipients: [Recipient] = []) {
        self.recipients = recipients
    }

    /// Reads the decoded body of such a part.
    init(reading body: Bytes, limits: ParseLimits) {
        var current = Recipient()
        var rest = body
        // Each group is read as a header; the next one begins where that ends.
        for _ in 0..<(limits.recipients + 1) {
            guard !rest.isEmpty, recipients.count < limits.recipients else { break }
            let group = ReportFields(rest, limits: limits)
            for field in group.fields { take(field, into: &current) }
            finish(&current)
            guard group.end > rest.startIndex else { break }
            rest = rest[group.end...]
        }
    }

    /// Takes one field, in the order in which they stand.
    private mutating func take(_ field: ReportFields.Field, into current: inout Recipient) {
        let value = field.value
        if field.name.isText("final-recipient") {
            if current.finalRecipient != nil { finish(&current) }
            current.finalRecipient = Self.address(of: value)
        } else if field.name.isText("original-recipient") {
            if current.originalRecipient != nil { finish(&current) }
            current.originalRecipient = Self.address(of: value)
        } else if field.name.isText("x-actual-recipient"), current.originalRecipient == nil {
            current.originalRecipient = Self.address(of: value)
        } else if field.name.isText("action") {
            if current.action != nil { finish(&current) }
            current.action = Self.action(of: value)
        } else if field.name.isText("status") {
            current.status = QuotedReply.firstStatus(in: value) ?? current.status
            if current.status == nil {
                current.status = EnhancedStatusCode(value.prefix { !ASCII.isWhiteSpace($0) }.text)
            }
            current.statusWords = value.drop { !ASCII.isWhiteSpace($0) }.trimmed
        } else if field.name.isText("diagnostic-code") {
            current.diagnostic = Self.words(of: value)
        } else if current.diagnostic.isEmpty, field.name.hasPrefix("x-"), QuotedReply(in: value).code != 0 {
            // What some systems write down elsewhere, such as Exchange in X-Supplementary-Info.
            current.diagnostic = value
        } else if field.name.isText("original-envelope-id") {
            originalEnvelopeID = originalEnvelopeID ?? value.text
        }
    }

    private mutating func finish(_ current: inout Recipient) {
        if !current.isEmpty { recipients.append(current) }
        current = Recipient()
    }

    /// `rfc822; user@example.org` in its many forms: without a type, in brackets, with a comment, in xtext (RFC 3461 §4).
    private static func address(of value: Bytes) -> String? {
        let isPath = value.contains(UInt8(ascii: "/")) && !value.contains(UInt8(ascii: "@"))
        guard !isPath, let address = AddressFinder.address(of: value) ?? brokenAddress(of: value) else { return nil }
        return value.contains(UInt8(ascii: "+")) ? decodedXText(address) : address
    }

    /// An address whose domain no DNS could hold, as the sender wrote it: `rfc822; ann@#example.net`.
    private static func brokenAddress(of value: Bytes) -> String? {
        var address = words(of: value)
        if address.first == UInt8(ascii: "<"), address.last == UInt8(ascii: ">") {
            address = address.dropFirst().dropLast()
        }
        let parts = address.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.hasLetters }), parts[1].contains(UInt8(ascii: ".")),
            address.count <= 320,
            address.allSatisfy({ $0 > ASCII.space && $0 != 0x7F && !"<>()[],;:\"".utf8.contains($0) })
        else { return nil }
        return address.text
    }

    /// xtext: `+2B` stands for a plus sign.
    private static func decodedXText(_ text: String) -> String {
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "+"), index + 2 < bytes.count, "23".utf8.contains(bytes[index + 1]),
                let high = TransferDecoder.hexValue(bytes[index + 1]),
                let low = TransferDecoder.hexValue(bytes[index + 2]),
                [0x2B, 0x3D].contains(high << 4 | low)
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func action(of value: Bytes) -> ReportAction? {
        let word = value.prefix { ASCII.isLetter($0) }
        for (name, action) in actions where word.isText(name) { return action }
        return nil
    }

    private static let actions: [(StaticString, ReportAction)] = [
        ("failed", .failed), ("failure", .failed), ("fail", .failed), ("error", .failed), ("expired", .failed),
        ("delayed", .delayed), ("deferred", .delayed), ("delayd", .delayed),
        ("delivered", .delivered), ("deliverable", .delivered), ("relayed", .relayed), ("expanded", .expanded),
    ]

    /// What follows the type: `smtp; 550 …`.
    static func words(of value: Bytes) -> Bytes {
        guard let semicolon = value.prefix(40).firstIndex(of: UInt8(ascii: ";")),
            value[..<semicolon].trimmed.allSatisfy({ !ASCII.isWhiteSpace($0) })
        else { return value }
        return value[(semicolon + 1)...].trimmed
    }
}
