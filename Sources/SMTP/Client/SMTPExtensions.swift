import Delivery

/// What a server announced in its reply to EHLO (RFC 5321 §4.1.1.1), as far as the client uses it.
struct SMTPExtensions: Equatable {
    /// RFC 2920: commands may be sent in groups.
    var pipelining = false
    /// RFC 3030: content may be sent with BDAT.
    var chunking = false
    /// RFC 6152: content may have 8-bit bytes.
    var eightBitMIME = false
    /// RFC 6531: addresses and headers may be UTF-8.
    var smtpUTF8 = false
    /// RFC 1870: MAIL may carry the SIZE parameter.
    var size = false
    /// RFC 3207: the connection may be secured.
    var startTLS = false
    /// RFC 3461: reports may be asked for.
    var dsn = false
    /// RFC 8689: a message may demand TLS on all of its way.
    var requireTLS = false
    /// RFC 4954: how one may log in, in capitals.
    var mechanisms: Set<String> = []
    /// The largest message in bytes that the server takes, or `nil` when it named no limit.
    var maximumSize: Int?

    /// Nothing announced, as after HELO.
    init() {}

    /// Reads the reply to EHLO; its first line is the server's name and greeting.
    init(ehlo reply: SMTPReply) {
        for line in reply.text.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard let keyword = words.first else { continue }
            switch keyword.uppercased() {
            case "PIPELINING": pipelining = true
            case "CHUNKING": chunking = true
            case "8BITMIME": eightBitMIME = true
            case "SMTPUTF8": smtpUTF8 = true
            case "STARTTLS": startTLS = true
            case "DSN": dsn = true
            case "REQUIRETLS": requireTLS = true
            case "AUTH": mechanisms.formUnion(words.dropFirst().map { $0.uppercased() })
            // Some servers write it as their clients of old expect it.
            case let keyword where keyword.hasPrefix("AUTH="):
                mechanisms.formUnion([String(keyword.dropFirst(5))] + words.dropFirst().map { $0.uppercased() })
            case "SIZE":
                size = true
                // A limit of zero means that there is none (RFC 1870 §3).
                if words.count > 1, let limit = Int(words[1]), limit > 0 { maximumSize = limit }
            default: break
            }
        }
    }
}
