public import Delivery

/// Whether messages may go unsigned.
public enum DKIMPolicy: String, Codable, Sendable, CaseIterable {
    /// A worker signs what it has keys for.
    case optional
    /// A worker without a key for the sender's domain sends nothing of the mailing.
    case required
}

/// What a mailing's messages have beside what their owner wrote: links, list headers, a return path for each contact.
public struct MessageOptions: Hashable, Sendable, Codable {
    /// The domain of the return paths; the sender's own address is the return path when `nil`.
    public var bounceDomain: String?
    /// The beginning of each contact's unsubscribe link, for `{{unsubscribeLink}}` and List-Unsubscribe (RFC 2369, RFC 8058).
    public var unsubscribeURL: String?
    /// The beginning of each contact's link to the survey, for `{{surveyLink}}`.
    public var surveyURL: String?
    /// The value of List-Id (RFC 2919): `Name <id.example.org>`, or the id alone.
    public var listID: String?
    /// The value of Feedback-ID, by which some receivers sort their complaint reports.
    public var feedbackID: String?
    /// Whether messages may go unsigned; they may when `nil`.
    public var dkim: DKIMPolicy?
    /// The provider that sends the messages on, and is given our token to report by.
    public var provider: MailProvider?
    /// The language of the pages behind the links; the reader's own when `nil`.
    public var language: PageLanguage?
    /// Where the addresses begin that tell of opens and clicks: the public server, such as `https://news.example.org`.
    public var trackingURL: String?
    /// Whether a picture in the HTML tells that a message was opened; it does not when `nil`.
    public var trackOpens: Bool?
    /// Whether links in the HTML tell that they were followed; they do not when `nil`.
    public var trackClicks: Bool?

    /// Nothing of it.
    public init() {}

    /// Whether its messages carry tokens, so that workers need the key.
    public var needsTokens: Bool {
        bounceDomain != nil || unsubscribeURL != nil || surveyURL != nil || tracksAnything || provider != nil
    }

    /// Whether opens or clicks are told of.
    public var tracksAnything: Bool { trackOpens == true || trackClicks == true }

    /// Refuses what cannot stand in a message.
    /// - Throws: ``MessageTemplateError`` naming the part.
    public func check() throws(MessageTemplateError) {
        if let bounceDomain {
            // A local part of 64 octets and the @ leave room for this much of an address (RFC 5321 §4.5.3.1.3).
            guard Self.isDomain(bounceDomain), bounceDomain.utf8.count <= 180 else {
                throw MessageTemplateError(
                    .invalidValue, in: .bounceDomain,
                    "“\(bounceDomain)” is no domain; write it in ASCII, such as bounces.example.org")
            }
        }
        if let unsubscribeURL { try Self.check(url: unsubscribeURL, schemes: ["https"], part: .unsubscribeURL) }
        if let surveyURL { try Self.check(url: surveyURL, schemes: ["https", "http"], part: .surveyURL) }
        if let trackingURL {
            try Self.check(url: trackingURL, schemes: ["https", "http"], part: .trackingURL)
            guard !trackingURL.contains("?") else {
                throw MessageTemplateError(
                    .invalidValue, in: .trackingURL, "“\(trackingURL)” has a query; name where the paths begin")
            }
        } else if tracksAnything {
            throw MessageTemplateError(
                .invalidValue, in: .trackingURL,
                "opens and clicks are told to the public server; say where it is, such as https://news.example.org")
        }
        if let listID { _ = try Self.listIDValue(listID) }
        if let feedbackID {
            guard (1...250).contains(feedbackID.utf8.count), feedbackID.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw MessageTemplateError(
                    .invalidValue, in: .feedbackID, "“\(feedbackID)” holds a space or what is not ASCII, or is too long"
                )
            }
        }
    }

    /// The value of the List-Id header.
    static func listIDValue(_ text: String) throws(MessageTemplateError) -> String {
        var name = ""
        var id = text
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            name = String(decoding: HeaderText.cleaned(String(text[..<open])), as: UTF8.self)
            id = String(text[text.index(after: open)...].dropLast())
        }
        guard isDomain(id), name.utf8.count <= 200, !name.contains(where: { "<>\"\\".contains($0) }) else {
            throw MessageTemplateError(
                .invalidValue, in: .listID,
                "“\(text)” is no list id; it looks like 'Spring Survey <spring.example.org>'")
        }
        return id
    }

    private static func check(
        url: String, schemes: [String], part: MessageTemplateError.Part
    ) throws(MessageTemplateError) {
        guard let scheme = schemes.first(where: { url.lowercased().hasPrefix("\($0)://") }),
            url.utf8.count <= 500, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !url.contains(where: { "<>\"{}|\\^`".contains($0) }), !url.contains("#"),
            isDomain(String(url.dropFirst(scheme.count + 3).prefix { !"/?:".contains($0) }), withDot: false)
        else {
            let wanted = schemes.map { "\($0)://" }.joined(separator: " or ")
            throw MessageTemplateError(
                .invalidValue, in: part,
                "“\(url)” is not an address that begins with \(wanted), such as https://example.org/u")
        }
    }

    private static func isDomain(_ text: String, withDot: Bool = true) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 253 && (!withDot || labels.count > 1)
            && labels.allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy {
                        HeaderAddress.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }
}
