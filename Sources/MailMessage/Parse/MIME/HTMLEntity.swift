/// A character reference of HTML, such as `&amp;`, `&#038;` or `&#x26;`.
struct HTMLEntity {
    /// What it stands for; a space that does not break is a plain one.
    let text: [UInt8]
    /// Where the text behind it begins.
    let end: Int

    /// Reads one that begins with the `&` at an index; `nil` where there is none, or it is of another name than the common ones.
    init?(in html: Bytes, at start: Int) {
        let rest = html[start...]
        for entity in Self.names where rest.hasPrefix(entity.name) {
            text = Array(entity.text.utf8)
            end = start + entity.name.utf8CodeUnitCount
            return
        }
        guard rest.hasPrefix("&#"), let semicolon = rest.prefix(Self.longest).firstIndex(of: UInt8(ascii: ";")) else {
            return nil
        }
        let number = html[(start + 2)..<semicolon]
        let isHexadecimal = number.first.map(ASCII.lowercase) == UInt8(ascii: "x")
        let digits = isHexadecimal ? number.dropFirst() : number
        // A sign would be read, too.
        guard digits.first != UInt8(ascii: "+"),
            let scalar = UInt32(digits.text, radix: isHexadecimal ? 16 : 10).flatMap(Unicode.Scalar.init)
        else { return nil }
        text = Array(String(scalar).utf8)
        end = semicolon + 1
    }

    /// The longest number that is looked at.
    private static let longest = 10

    private static let names: [(name: StaticString, text: String)] = [
        ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&nbsp;", " "), ("&apos;", "'"),
        ("&rsquo;", "’"), ("&lsquo;", "‘"), ("&ldquo;", "“"), ("&rdquo;", "”"), ("&eacute;", "é"), ("&egrave;", "è"),
        ("&ecirc;", "ê"), ("&agrave;", "à"), ("&aacute;", "á"), ("&atilde;", "ã"), ("&ccedil;", "ç"), ("&iacute;", "í"),
        ("&oacute;", "ó"), ("&ocirc;", "ô"), ("&otilde;", "õ"), ("&uacute;", "ú"), ("&ntilde;", "ñ"), ("&auml;", "ä"),
        ("&ouml;", "ö"), ("&uuml;", "ü"), ("&szlig;", "ß"),
        ("&ograve;", "ò"), ("&ugrave;", "ù"), ("&igrave;", "ì"), ("&middot;", "·"), ("&ndash;", "–"),
        ("&commat;", "@"),
    ]
}
