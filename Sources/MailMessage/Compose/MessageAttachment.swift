public import Foundation

/// A file that goes with every message of a mailing.
public struct MessageAttachment: Hashable, Sendable, Codable {
    /// The most bytes of all files of one mailing together: receivers refuse messages of much more than 10 MB, and base64 adds a third.
    public static let maximumTotal = 8 << 20
    /// The longest name of a file, in UTF-8.
    static let maximumName = 200

    public var name: String
    /// Its media type, such as `application/pdf`.
    public var type: String
    /// Whether it is shown within the HTML, which names it as `cid:NAME`.
    public var isInline: Bool
    public var content: Data

    public init(name: String, type: String, isInline: Bool, content: Data) {
        self.name = name
        self.type = type
        self.isInline = isInline
        self.content = content
    }

    /// Refuses files that cannot go with a message.
    /// - Throws: ``MessageTemplateError`` naming the file.
    public static func check(_ attachments: [MessageAttachment], html: String?) throws(MessageTemplateError) {
        var inlineNames: Set<String> = []
        for file in attachments {
            func refuse(_ words: String) -> MessageTemplateError {
                MessageTemplateError(.invalidValue, in: .attachment, "the file “\(file.name)” \(words)")
            }
            guard (1...maximumName).contains(file.name.utf8.count),
                file.name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0 != "/" && $0 != "\\" && $0.value != 0x7F })
            else {
                throw refuse(
                    "has a name that cannot be used: 1 to \(maximumName) bytes, no slashes, no control characters")
            }
            let parts = file.type.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(HeaderWriter.isAtomText) }),
                !file.type.lowercased().hasPrefix("multipart/"), !file.type.lowercased().hasPrefix("message/")
            else { throw refuse("has the media type “\(file.type)”, which is none of a single file") }
            guard file.isInline else { continue }
            guard html != nil else { throw refuse("is inline, and there is no HTML to show it in; attach it instead") }
            guard file.name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"<>\"'()&%".utf8.contains($0) }) else {
                throw refuse("is inline: its name may hold only ASCII letters, digits and signs such as - _ .")
            }
            guard inlineNames.insert(file.name).inserted else { throw refuse("is inline twice") }
        }
        guard attachments.reduce(0, { $0 + $1.content.count }) <= maximumTotal else {
            throw MessageTemplateError(
                .invalidValue, in: .attachment, "the files are larger than \(maximumTotal >> 20) MiB together")
        }
    }
}
