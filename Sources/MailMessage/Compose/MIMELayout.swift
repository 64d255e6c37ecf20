/// How the parts of a message are nested, and the constant bytes between its bodies, files encoded and all (RFC 2046, RFC 2387).
///
/// The whole is multipart/mixed if there are attachments; in it, or as the whole, multipart/alternative of text and HTML; in
/// that, around the HTML, multipart/related if it shows files.
struct MIMELayout: Sendable {
    /// From MIME-Version to where the text part's own header begins.
    let opening: [UInt8]
    /// Between text and HTML.
    let middle: [UInt8]
    /// After the last body.
    let ending: [UInt8]

    /// - Parameters:
    ///   - version: The template's version; what boundaries are made of.
    ///   - domain: The right-hand side of Content-IDs.
    init(hasHTML: Bool, attachments: [MessageAttachment], version: String, domain: String) {
        // `=_` occurs in no quoted-printable and no base64, and keeps a part from going unencoded; after it comes a
        // hexadecimal digit or a letter that is none, so that no boundary begins with another.
        let (alternative, related, mixed) = ("=_\(version)", "=_r\(version)", "=_m\(version)")
        let inline = attachments.filter(\.isInline)
        let attached = attachments.filter { !$0.isInline }
        var opening = ByteStore(capacity: 512)
        var middle = ByteStore(capacity: 256)
        var ending = ByteStore(capacity: 256)

        opening.append("MIME-Version: 1.0\r\n")
        if !attached.isEmpty { Self.begin("mixed", mixed, in: &opening) }
        if hasHTML {
            Self.begin("alternative", alternative, in: &opening)
            middle.append("\r\n--\(alternative)\r\n")
            if !inline.isEmpty {
                Self.begin("related", related, parameters: ";\r\n type=\"text/html\"", in: &middle)
                for (index, file) in inline.enumerated() {
                    ending.append("\r\n--\(related)\r\n")
                    let id = Self.contentID(of: index, version: version, domain: domain)
                    AttachmentWriter.append(file, contentID: id, to: &ending)
                }
                ending.append("\r\n--\(related)--\r\n")
            }
            ending.append("\r\n--\(alternative)--\r\n")
        }
        if !attached.isEmpty {
            for file in attached {
                ending.append("\r\n--\(mixed)\r\n")
                AttachmentWriter.append(file, contentID: nil, to: &ending)
            }
            ending.append("\r\n--\(mixed)--\r\n")
        }
        self.opening = Array(opening.bytes)
        self.middle = Array(middle.bytes)
        self.ending = Array(ending.bytes)
    }

    /// The HTML with the names of inline files, `cid:NAME`, replaced by their Content-IDs (RFC 2392).
    static func resolving(
        _ html: String, attachments: [MessageAttachment], version: String, domain: String
    ) -> String {
        let inline = attachments.filter(\.isInline).enumerated().map { (index: $0.offset, name: $0.element.name) }
        // Longer names first, since one may begin with another.
        return inline.sorted { $0.name.utf8.count > $1.name.utf8.count }.reduce(html) { html, file in
            html.replacing(
                "cid:\(file.name)", with: "cid:\(contentID(of: file.index, version: version, domain: domain))")
        }
    }

    private static func contentID(of index: Int, version: String, domain: String) -> String {
        "\(index + 1).\(version.prefix(12))@\(domain)"
    }

    private static func begin(
        _ subtype: String, _ boundary: String, parameters: String = "", in output: inout ByteStore
    ) {
        output.append(
            "Content-Type: multipart/\(subtype)\(parameters);\r\n boundary=\"\(boundary)\"\r\n\r\n--\(boundary)\r\n")
    }
}
