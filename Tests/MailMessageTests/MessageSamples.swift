import Delivery

@testable import MailMessage

/// 21 June 2024, 12:34:56.789 UTC.
let sampleDate = UnixTime(milliseconds: 1_718_973_296_789)
let sampleJob = DeliveryJob.ID(mailing: MailingID(rawValue: 7), ordinal: 4_294_967_295)

extension MessageTemplate {
    /// A short template, of which a test changes what it is about.
    static func sample(
        from: MailboxField = MailboxField(displayName: "Example Surveys", address: "survey@example.org"),
        replyTo: MailboxField? = nil, subject: String = "Your opinion", text: String = "Hello\n", html: String? = nil,
        listUnsubscribe: String? = nil
    ) -> MessageTemplate {
        MessageTemplate(
            from: from, replyTo: replyTo, subject: subject, text: text, html: html, listUnsubscribe: listUnsubscribe,
            messageIDSalt: "salt")
    }

    /// Renders the template for one contact.
    func rendered(
        _ fields: [String] = [], to address: String = "ann@example.com", usesMustacheAlways: Bool = false
    ) throws -> [UInt8] {
        var buffer = MessageBuffer(capacity: 64)
        let message = try CompiledMessage(self, usesMustacheAlways: usesMustacheAlways)
        message.render(to: address, fields: fields, job: sampleJob, date: sampleDate, into: &buffer)
        return buffer.withUnsafeBytes(Array.init)
    }

    /// Renders the template for one contact and reads the message.
    func read(_ fields: [String] = [], to address: String = "ann@example.com") throws -> MIMEReader {
        try MIMEReader(rendered(fields, to: address))
    }
}

/// A small generator of numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Array where Element == UInt8 {
    /// The lines without their CRLF; `nil` when a CR or LF stands alone or the last line does not end.
    var lines: [[UInt8]]? {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        var index = 0
        while index < count {
            if self[index] == 0x0D {
                guard index + 1 < count, self[index + 1] == 0x0A else { return nil }
                lines.append(line)
                line = []
                index += 2
            } else if self[index] == 0x0A {
                return nil
            } else {
                line.append(self[index])
                index += 1
            }
        }
        return line.isEmpty ? lines : nil
    }
}
