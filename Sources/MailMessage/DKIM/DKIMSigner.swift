/// One key with the names under which the world finds it: it makes one DKIM-Signature.
public struct DKIMSigner: Sendable {
    /// The signing domain, `d=`, in small letters.
    public let domain: String
    /// The selector, `s=`.
    public let selector: String
    let key: DKIMPrivateKey
    /// `v=1; a=…; c=…; d=…; s=…;` as it stands in every signature.
    let beginning: [UInt8]

    /// Joins a key with its names.
    /// - Throws: ``KeyFileError`` when domain or selector cannot stand in a signature.
    public init(domain: String, selector: String, key: DKIMPrivateKey) throws(KeyFileError) {
        let domain = domain.lowercased()
        guard Self.isName(domain), domain.contains(".") else {
            throw KeyFileError(.notAKey, "“\(domain)” is no domain to sign for; write it in ASCII, such as example.org")
        }
        guard Self.isName(selector) else {
            throw KeyFileError(
                .notAKey, "“\(selector)” is no selector; it holds letters, digits and hyphens, such as 2026a")
        }
        self.domain = domain
        self.selector = selector
        self.key = key
        beginning = Array("DKIM-Signature: v=1; a=\(key.algorithm.rawValue); c=relaxed/relaxed;".utf8)
    }

    /// Whether `text` is labels of letters, digits, hyphens and underscores, with dots between them.
    private static func isName(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                            true
                        default: false
                        }
                    }
            }
    }
}

/// The keys that a worker signs with.
public struct DKIMKeyring: Sendable {
    private let signers: [String: [DKIMSigner]]

    /// Takes the signers in the order in which their signatures stand in a message.
    public init(_ signers: [DKIMSigner] = []) {
        self.signers = Dictionary(grouping: signers, by: \.domain)
    }

    /// The signers for mail from a domain: its own or, where it has none, those of the nearest domain above it.
    ///
    /// A signature of a domain above is aligned for DMARC (RFC 7489 §3.1.1) unless the domain asks for strict alignment.
    public func signers(forSender domain: some StringProtocol) -> [DKIMSigner] {
        var name = Substring(domain.lowercased())
        while true {
            if let found = signers[String(name)] { return found }
            guard let dot = name.firstIndex(of: ".") else { return [] }
            name = name[name.index(after: dot)...]
        }
    }
}
