/// Why a provider's request is not taken; it never repeats a secret or an address.
public struct WebhookError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// This provider is not configured.
        case notConfigured
        /// It shows no credentials, or wrong ones.
        case unauthorized
        /// Its signature is wrong, too old, or of somebody else's topic.
        case forbidden
        /// It is not what this provider sends.
        case malformed
        /// It cannot be verified just now, and should come again.
        case unavailable
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
