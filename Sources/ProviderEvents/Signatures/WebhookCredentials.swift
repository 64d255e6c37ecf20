internal import Delivery
internal import Foundation

/// A secret that a provider shows with each request, for want of a signature.
public struct WebhookCredentials: Sendable {
    /// Where it is shown.
    public enum Form: Hashable, Sendable {
        /// As the password of this user (RFC 7617), which the webhook's address carries: `https://user:password@…`.
        case basic(user: String)
        /// As the value of this header field.
        case header(String)
    }

    private let form: Form
    /// Several while it is being changed.
    private let secrets: [String]

    /// - Returns: `nil` without any secret, or with one that is too short to be one.
    public init?(_ form: Form, secrets: [String]) {
        guard !secrets.isEmpty, secrets.allSatisfy({ $0.utf8.count >= Self.minimumLength }) else { return nil }
        self.form = form
        self.secrets = secrets
    }

    /// The fewest characters of a secret.
    public static let minimumLength = 16

    /// Refuses a request that does not show it.
    func verify(_ request: WebhookRequest) throws(WebhookError) {
        switch form {
        case .basic(let user):
            guard let value = request.header("Authorization") else {
                throw WebhookError(.unauthorized, "it shows no password; it belongs into the webhook's address")
            }
            let words = value.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0].lowercased() == "basic",
                let shown = Data(base64Encoded: String(words[1])),
                isKnown(Array(shown), secrets.map { "\(user):\($0)" })
            else { throw WebhookError(.unauthorized, "its user or password is wrong") }
        case .header(let name):
            guard let value = request.header(name) else {
                throw WebhookError(.unauthorized, "it has no field \(name), or several")
            }
            guard isKnown(Array(value.utf8), secrets) else {
                throw WebhookError(.unauthorized, "its field \(name) holds the wrong secret")
            }
        }
    }

    private func isKnown(_ shown: [UInt8], _ expected: [String]) -> Bool {
        // All are looked at, so that the time does not tell which one it was.
        expected.reduce(false) { ConstantTime.equal(Array($1.utf8), shown) || $0 }
    }
}
