/// What a TLSA record says about a server's certificate (RFC 6698 §2.1).
public struct SMTPCertificateAssociation: Hashable, Sendable {
    /// 2 for DANE-TA, 3 for DANE-EE; no other can be used for SMTP (RFC 7672 §3.1.3).
    public var usage: UInt8
    /// 0 for the whole certificate, 1 for its SubjectPublicKeyInfo.
    public var selector: UInt8
    /// 0 for the bytes themselves, 1 for their SHA-256, 2 for their SHA-512.
    public var matching: UInt8
    public var data: [UInt8]

    public init(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matching = matching
        self.data = data
    }

    /// Whether the record is of a kind that SMTP can use.
    public var isUsable: Bool {
        (usage == 2 || usage == 3) && selector <= 1
            && (matching == 0 || (matching == 1 && data.count == 32) || (matching == 2 && data.count == 64))
    }
}
