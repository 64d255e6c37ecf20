/// A mailing's message, compiled once, to be rendered for each contact.
///
/// The text and the headers that are the same for all are encoded when it is compiled; to render is to copy them and to put the
/// fields in. Rendering the same contact's message again gives the same bytes but for the date.
public struct CompiledMessage: Sendable {
    /// The names of the merge fields, in the order in which a render takes their values.
    ///
    /// Neither `email` nor the links are among them.
    public let fieldNames: [String]
    /// The version of the template that was compiled.
    public let version: String

    /// What the headers are made of, in their order.
    enum HeaderPiece: Sendable {
        case literal([UInt8])
        case date
        case from(HeaderPart, address: [UInt8])
        case to
        case messageID
        case subject(HeaderPart)
        case listUnsubscribe(HeaderPart)
        /// Our token for a provider, between what stands before it and behind it.
        case providerToken(before: [UInt8], behind: [UInt8])
    }

    let headers: [HeaderPiece]
    let text: BodyPart
    let html: BodyPart?
    let layout: MIMELayout
    let links: MessageLinks
    /// The built-in slots that need a token.
    let linkSlots: Set<Int>
    let messageIDEnding: MessageIDEnding
    let senderNeedsSMTPUTF8: Bool

    /// Compiles `template`.
    ///
    /// - Parameter tokenKey: Makes the tokens in links; without it a link is its beginning alone.
    /// - Throws: ``MessageTemplateError``.
    public init(_ template: MessageTemplate, tokenKey: TokenKey? = nil) throws {
        try self.init(template, tokenKey: tokenKey, usesMustacheAlways: false)
    }

    /// With `usesMustacheAlways` every template is rendered by the Mustache library and encoded as a whole, which tests compare.
    init(_ template: MessageTemplate, tokenKey: TokenKey? = nil, usesMustacheAlways: Bool) throws {
        try HeaderAddress.check(template.from.address, part: .fromAddress)
        if let replyTo = template.replyTo { try HeaderAddress.check(replyTo.address, part: .replyTo) }
        try template.options?.check()
        try MessageAttachment.check(template.attachments, html: template.html)
        messageIDEnding = try MessageIDEnding(of: template, tokenKey: tokenKey)
        let domain = template.messageIDDomain ?? String(template.from.domain)
        let version = template.version
        let tracked = try TrackedHTML(template)
        var fields = MergeFieldSlots(template.options, followedLinks: tracked?.targets.count ?? 0)
        func header(_ source: String, _ part: MessageTemplateError.Part) throws -> HeaderPart {
            try HeaderPart(
                TemplatePart(source, part: part, escaping: .none, fields: &fields),
                usesMustacheAlways: usesMustacheAlways)
        }
        let subject = try header(template.subject, .subject)
        text = try BodyPart(
            TemplatePart(template.text.endingInLineBreak, part: .text, escaping: .none, fields: &fields),
            subtype: "plain", isInMultipart: template.html != nil || !template.attachments.isEmpty,
            usesMustacheAlways: usesMustacheAlways)
        html = try (tracked?.html ?? template.html).map { source in
            let source = MIMELayout.resolving(
                source, attachments: template.attachments, version: version, domain: domain)
            return try BodyPart(
                TemplatePart(source.endingInLineBreak, part: .html, escaping: .html, fields: &fields),
                subtype: "html", isInMultipart: true, usesMustacheAlways: usesMustacheAlways)
        }
        let fromName = try header(template.from.displayName ?? "", .fromName)
        let hasOneClick = template.listUnsubscribe == nil && template.options?.unsubscribeURL != nil
        var oneClick = "<{{unsubscribeLink}}>"
        if template.options?.unsubscribeDomain != nil {
            oneClick += ", <mailto:{{\(MergeFieldSlots.unsubscribeAddressName)}}?subject=unsubscribe>"
        }
        let listUnsubscribe = try (template.listUnsubscribe ?? (hasOneClick ? oneClick : nil))
            .map { try header($0, .listUnsubscribe) }
        // A link that is followed by its number names its fields no longer; they must be known all the same.
        for name in tracked?.fieldNames ?? [] { _ = fields.slot(of: name) }
        fieldNames = fields.names
        self.version = version
        layout = MIMELayout(
            hasHTML: template.html != nil, attachments: template.attachments, version: version, domain: domain)
        links = MessageLinks(template.options, key: tokenKey)
        linkSlots = fields.builtIn.filter { $0 < 0 }
        senderNeedsSMTPUTF8 = [template.from.address, template.replyTo?.address ?? ""]
            .contains { $0.utf8.contains { $0 >= 0x80 } }

        var headers = HeaderPieces()
        headers.append(.date)
        headers.append(from: fromName, address: Array(template.from.address.utf8))
        if let replyTo = template.replyTo {
            headers.appendLiteral { output in
                HeaderText.cleaned(replyTo.displayName ?? "").withUnsafeBufferPointer { name in
                    Array(replyTo.address.utf8).withUnsafeBufferPointer {
                        HeaderWriter.appendMailbox("Reply-To", displayName: name, address: $0, to: &output)
                    }
                }
            }
        }
        headers.append(.to)
        headers.append(.messageID)
        headers.append(subject: subject)
        if let listUnsubscribe { headers.append(.listUnsubscribe(listUnsubscribe)) }
        // RFC 8058 §3.1
        if hasOneClick { headers.appendLiteral { $0.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") } }
        if let listID = template.options?.listID { try headers.append(listID: listID) }
        if let feedbackID = template.options?.feedbackID {
            headers.appendLiteral { output in
                feedbackID.withUTF8Bytes { HeaderWriter.appendUnstructured("Feedback-ID", $0, to: &output) }
            }
        }
        // Without a key there is no token, and the field would say nothing.
        if let provider = template.options?.provider, tokenKey != nil {
            let parts = ProviderHeader.parts(for: provider)
            headers.append(.providerToken(before: Array(parts.before.utf8), behind: Array(parts.behind.utf8)))
        }
        // Tells programs that answer by themselves not to (RFC 3834 §2).
        if listUnsubscribe != nil || template.options?.listID != nil {
            headers.appendLiteral { $0.append("Precedence: bulk\r\n") }
        }
        headers.appendLiteral { [layout] in $0.append(layout.opening) }
        self.headers = headers.pieces
    }
}

/// Collects header pieces, those that are the same for every contact encoded and joined.
private struct HeaderPieces {
    private(set) var pieces: [CompiledMessage.HeaderPiece] = []

    mutating func append(_ piece: CompiledMessage.HeaderPiece) {
        pieces.append(piece)
    }

    mutating func appendLiteral(_ write: (inout ByteStore) -> Void) {
        var store = ByteStore(capacity: 512)
        write(&store)
        var bytes = Array(store.bytes)
        if case .literal(let before)? = pieces.last {
            pieces.removeLast()
            bytes = before + bytes
        }
        pieces.append(.literal(bytes))
    }

    mutating func append(listID text: String) throws(MessageTemplateError) {
        let id = try MessageOptions.listIDValue(text)
        let name = HeaderText.cleaned(text.hasSuffix(">") ? String(text.prefix { $0 != "<" }) : "")
        appendLiteral { output in
            // A name needs what a mailbox's needs; the id is in brackets with or without one.
            guard !name.isEmpty else {
                output.append(id.utf8.count > 66 ? "List-Id:\r\n <" : "List-Id: <")
                output.append(id)
                output.append(">\r\n")
                return
            }
            name.withUnsafeBufferPointer { name in
                Array(id.utf8).withUnsafeBufferPointer {
                    HeaderWriter.appendMailbox("List-Id", displayName: name, address: $0, to: &output)
                }
            }
        }
    }

    mutating func append(from name: HeaderPart, address: [UInt8]) {
        guard let constant = name.constant else { return append(.from(name, address: address)) }
        appendLiteral { output in
            constant.withUnsafeBufferPointer { name in
                address.withUnsafeBufferPointer {
                    HeaderWriter.appendMailbox("From", displayName: name, address: $0, to: &output)
                }
            }
        }
    }

    mutating func append(subject: HeaderPart) {
        guard let constant = subject.constant else { return append(.subject(subject)) }
        appendLiteral { output in
            constant.withUnsafeBufferPointer { HeaderWriter.appendUnstructured("Subject", $0, to: &output) }
        }
    }
}

extension String {
    fileprivate var endingInLineBreak: String {
        utf8.last == 0x0A || utf8.last == 0x0D ? self : self + "\n"
    }
}
