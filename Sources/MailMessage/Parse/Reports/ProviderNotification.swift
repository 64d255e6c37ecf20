internal import Delivery
internal import Foundation

/// A report in JSON, as Amazon SES sends it by mail through SNS: a bounce, a complaint or a delivery, with all recipients.
struct ProviderNotification: Sendable {
    private(set) var recipients: [DeliveryReport.Recipient] = []
    private(set) var complaint: FeedbackReport?
    private(set) var returnedMessageID: String?

    /// The longest JSON that is read.
    private static let longest = 128 << 10

    /// Reads a text that begins with such an object; `nil` for any other text.
    init?(reading text: Bytes, limits: ParseLimits) {
        let text = text.drop(while: ASCII.isWhiteSpace)
        guard text.first == UInt8(ascii: "{"), text.prefix(2_000).firstRange(ofText: "type\"") != nil,
            let json = Self.object(in: text), var payload = try? JSONDecoder().decode(Payload.self, from: Data(json))
        else { return nil }
        // SNS wraps the notification, as text, into one of its own.
        if let message = payload.message, let inner = try? JSONDecoder().decode(Payload.self, from: Data(message.utf8))
        {
            payload = inner
        }
        returnedMessageID = payload.mail?.commonHeaders?.messageId.flatMap {
            ReturnedMessage.messageID(of: Array($0.utf8)[...])
        }
        if let bounce = payload.bounce {
            recipients = bounce.bouncedRecipients.prefix(limits.recipients).map { recipient in
                let words = recipient.diagnosticCode ?? "\(bounce.bounceType ?? "") \(bounce.bounceSubType ?? "")"
                return Self.recipient(
                    recipient.emailAddress, action: .failed, status: recipient.status, words: words)
            }
        } else if let complained = payload.complaint {
            complaint = FeedbackReport(
                type: complained.complaintFeedbackType?.lowercased() ?? "abuse",
                recipients: complained.complainedRecipients.prefix(limits.recipients).compactMap {
                    AddressFinder.address(of: Array($0.emailAddress.utf8)[...])
                })
        } else if let delivery = payload.delivery {
            recipients = delivery.recipients.prefix(limits.recipients).map {
                Self.recipient($0, action: .delivered, status: nil, words: delivery.smtpResponse ?? "")
            }
        }
        if recipients.isEmpty, complaint == nil { return nil }
    }

    private static func recipient(
        _ address: String, action: ReportAction, status: String?, words: String
    ) -> DeliveryReport.Recipient {
        var recipient = DeliveryReport.Recipient()
        recipient.finalRecipient = AddressFinder.address(of: Array(address.utf8)[...])
        recipient.action = action
        recipient.status = status.flatMap { EnhancedStatusCode($0) }
        recipient.diagnostic = DeliveryReport.words(of: Array(words.utf8)[...])
        return recipient
    }

    /// The object at the beginning of a text, without what follows it.
    private static func object(in text: Bytes) -> Bytes? {
        var depth = 0
        var isQuoted = false
        var isEscaped = false
        for index in text.prefix(longest).indices {
            let byte = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isQuoted = false }
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
                // Deeper than any of them, and deep enough to exhaust a stack.
                if depth > 64 { return nil }
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return text[...index] }
            }
        }
        return nil
    }
}

extension ProviderNotification {
    /// The members that matter, by the names that they have in the JSON.
    private struct Payload: Decodable {
        var message: String?
        var bounce: Bounce?
        var complaint: Complaint?
        var delivery: Delivered?
        var mail: Mail?

        enum CodingKeys: String, CodingKey {
            case message = "Message"
            case bounce, complaint, delivery, mail
        }
    }

    private struct Bounce: Decodable {
        var bounceType: String?
        var bounceSubType: String?
        var bouncedRecipients: [Bounced]
    }

    private struct Bounced: Decodable {
        var emailAddress: String
        var status: String?
        var diagnosticCode: String?
    }

    private struct Complaint: Decodable {
        var complaintFeedbackType: String?
        var complainedRecipients: [Complainer]
    }

    private struct Complainer: Decodable {
        var emailAddress: String
    }

    private struct Delivered: Decodable {
        var recipients: [String]
        var smtpResponse: String?
    }

    private struct Mail: Decodable {
        var commonHeaders: CommonHeaders?
    }

    private struct CommonHeaders: Decodable {
        var messageId: String?
    }
}
