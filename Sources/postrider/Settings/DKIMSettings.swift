internal import MailMessage
internal import Yams

/// The part `dkim` of a worker's configuration file: the keys that it signs with.
///
///     dkim:
///       - {domain: example.org, selector: 2026r, keyFile: /etc/postrider/example.org.rsa.pem}
///       - {domain: example.org, selector: 2026e, keyFile: /etc/postrider/example.org.ed25519.pem}
struct DKIMSettings {
    static let key = "dkim"

    /// One key, not read yet.
    struct Entry: Sendable {
        var domain: String
        var selector: String
        var keyFile: String
        /// Where it stands, for messages.
        var place: String

        /// Reads the key.
        func signer() throws -> DKIMSigner {
            do {
                return try DKIMSigner(domain: domain, selector: selector, key: DKIMPrivateKey(file: keyFile))
            } catch {
                throw CommandError("\(place): \(error.message)")
            }
        }
    }

    /// The path of the file, for messages.
    let file: String

    /// Reads the list.
    /// - Throws: ``CommandError`` with the line, for a key that means nothing or one that is missing.
    func entries(in node: Node) throws -> [Entry] {
        guard let list = node.sequence else {
            throw problem(node, "it takes a list of keys, each {domain: …, selector: …, keyFile: …}")
        }
        return try list.map { node in
            guard let mapping = node.mapping else {
                throw problem(node, "a key is {domain: …, selector: …, keyFile: …}")
            }
            var texts: [String: String] = [:]
            for (key, value) in mapping {
                let name = key.string ?? ""
                guard ["domain", "selector", "keyFile"].contains(name), let text = value.scalar?.string else {
                    throw problem(key, "\(name) means nothing here; there are domain, selector, keyFile")
                }
                texts[name] = text
            }
            guard let domain = texts["domain"], let selector = texts["selector"], let keyFile = texts["keyFile"] else {
                throw problem(node, "a key needs all of domain, selector, keyFile")
            }
            return Entry(domain: domain, selector: selector, keyFile: keyFile, place: place(of: node))
        }
    }

    private func problem(_ node: Node, _ message: String) -> CommandError {
        CommandError("\(place(of: node)): \(message)")
    }

    private func place(of node: Node) -> String {
        "\(file): \(node.mark.map { "line \($0.line): " } ?? "")\(Self.key)"
    }
}
