/// A login at a server (RFC 4954), whose descriptions show nothing of the secret.
public struct SMTPCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// What proves that we are the user.
    enum Secret: Hashable {
        case password(String)
        case token(String)
    }

    public var user: String
    let secret: Secret

    /// A login by password, with AUTH PLAIN (RFC 4616) or else AUTH LOGIN.
    public init(user: String, password: String) {
        self.user = user
        secret = .password(password)
    }

    /// A login by an OAuth 2 access token, with AUTH XOAUTH2.
    public init(user: String, accessToken: String) {
        self.user = user
        secret = .token(accessToken)
    }

    public var description: String { "a login" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
