internal import Crypto
internal import Delivery
internal import Foundation

/// The HTTP webhook signing key of a Mailgun account: HMAC-SHA256 over a time and a token, which stand in the body beside the event.
///
/// The event itself is not signed, so a signature may not come with another event than the one it came with first: ``SignedOnce``.
public struct MailgunKey: Sendable {
    private let key: SymmetricKey

    /// The fewest characters of a key; Mailgun's have more.
    public static let minimumLength = 16

    /// - Returns: `nil` when the text is too short to be a key.
    public init?(_ text: String) {
        guard text.utf8.count >= Self.minimumLength else { return nil }
        key = SymmetricKey(data: Array(text.utf8))
    }

    /// Refuses an event that none of the keys has signed, or one signed too long ago.
    /// - Returns: The token, which Mailgun uses once.
    static func verify(
        _ event: JSONValue, by keys: [MailgunKey], received: UnixTime
    ) throws(WebhookError) -> String {
        let block = event["signature"]
        guard let time = block["timestamp"].text, let token = block["token"].text, let text = block["signature"].text
        else { throw WebhookError(.unauthorized, "it is not signed") }
        // Nothing separates the time from the token in what is signed: digits alone leave the token's beginning no way into the time.
        guard time.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw WebhookError(.forbidden, "its time is none")
        }
        guard let signature = bytes(hexadecimal: text) else {
            throw WebhookError(.forbidden, "its signature is not one")
        }
        let signed = Array(time.utf8) + Array(token.utf8)
        guard
            keys.contains(where: {
                HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: signed, using: $0.key)
            })
        else { throw WebhookError(.forbidden, "its signature is wrong; look at the configured signing key") }
        // Only now can the time be believed.
        guard let time = ProviderTime.time(seconds: Double(time)) else {
            throw WebhookError(.forbidden, "its time is none")
        }
        try WebhookAge.mailgun.check(time, at: received)
        return token
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 2 * SHA256.byteCount, !digits.contains(nil) else { return nil }
        let values = digits.compactMap(\.self)
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
