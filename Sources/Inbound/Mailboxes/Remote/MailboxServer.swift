internal import Foundation

/// A mailbox on a server that speaks IMAP or POP3: where it is, whose it is, and how TLS is used.
public struct MailboxServer: Sendable {
    public enum Kind: Sendable, Hashable {
        case imap, pop3
    }

    /// Why an address is none of a mailbox.
    public struct Problem: Error, CustomStringConvertible {
        public var description: String
    }

    public let kind: Kind
    /// `imaps://host:port`, without user and path.
    let base: String
    /// The name of the mailbox, as it stands in a URL; of IMAP only.
    let folder: String
    let user: String
    let password: String
    /// A file of authorities to trust in place of the system's.
    let authorities: String?
    /// Whether the connection must be secured before the login.
    let requiresTLS: Bool
    /// How long the server may be silent, and take to be connected with.
    var patience = Duration.seconds(60)

    /// Reads `imaps://USER@HOST[:PORT]/MAILBOX` or `pop3s://USER@HOST[:PORT]`.
    ///
    /// Without the `s` the connection begins in clear and STARTTLS (RFC 2595) must follow, except to this machine itself.
    public init(
        parsing text: String, kind: Kind, password: String, authorities: String? = nil
    ) throws(Problem) {
        let scheme = kind == .imap ? "imap" : "pop3"
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            url.scheme == scheme || url.scheme == scheme + "s"
        else { throw Problem(description: "“\(text)” is no address such as \(scheme)s://user@mail.example.org") }
        guard url.password == nil else {
            throw Problem(description: "a password does not belong into an address, where others can see it")
        }
        guard let user = url.user, !user.isEmpty else {
            throw Problem(description: "the address of a mailbox names its user, as in \(scheme)s://user@\(host)")
        }
        let path = url.percentEncodedPath.drop { $0 == "/" }
        guard kind == .imap || path.isEmpty else { throw Problem(description: "POP3 knows one mailbox for a user") }
        self.kind = kind
        base = "\(url.scheme ?? scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
        folder = path.isEmpty ? "INBOX" : String(path)
        self.user = user
        self.password = password
        self.authorities = authorities
        requiresTLS = !["localhost", "127.0.0.1", "[::1]", "::1"].contains(host)
    }
}
