public import Delivery

/// What a message asks servers on its way to name in delivery reports: the values of ENVID and ORCPT (RFC 3461 §4.2, §4.4).
///
/// They are the same on every attempt, and encoded as they go into the commands.
public struct EnvelopeParameters: Hashable, Sendable {
    /// The value of ENVID: the token of the return path where there is a key, else mailing and ordinal.
    public let envelopeID: String
    /// The value of ORCPT: the address as we have it, whatever becomes of it on the way.
    public let originalRecipient: String

    /// The parameters of one contact's message.
    ///
    /// - Parameter key: Makes tokens, if the mailing has them.
    public init(_ job: DeliveryJob, key: TokenKey?) {
        envelopeID = key?.text(ContactToken(.bounce, job: job.id)) ?? "\(job.id.mailing.rawValue).\(job.id.ordinal)"
        originalRecipient =
            job.address.utf8.allSatisfy { $0 < 0x80 }
            ? "rfc822;" + Self.xtext(job.address) : "utf-8;" + Self.unicodeText(job.address)
    }

    /// The delivery that an envelope id names, if a key of ours made it; of any letter case.
    public static func job(ofEnvelopeID text: some StringProtocol, keys: TokenKeys) -> DeliveryJob.ID? {
        guard let token = keys.token(in: text), token.purpose == .bounce else { return nil }
        return token.job
    }

    /// RFC 3461 §4: printable ASCII but `+` and `=` stands for itself, all else is `+` and two hexadecimal digits.
    static func xtext(_ text: String) -> String {
        text.utf8.map { byte in
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "=") {
                return String(UnicodeScalar(byte))
            }
            let digits = String(byte, radix: 16, uppercase: true)
            return "+" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }

    /// The `utf-8-addr-xtext` of RFC 6533 §3: what is not printable ASCII, and `\`, `+` and `=`, is `\x{…}`.
    static func unicodeText(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            (0x21...0x7E).contains(scalar.value) && !"\\+=".unicodeScalars.contains(scalar)
                ? String(scalar) : "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
        }.joined()
    }
}
