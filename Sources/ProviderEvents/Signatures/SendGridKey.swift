internal import Crypto
internal import Delivery
internal import Foundation

/// The key by which SendGrid signs its events: ECDSA over P-256 with SHA-256, of the time and the body.
public struct SendGridKey: Sendable {
    private let key: P256.Signing.PublicKey

    /// Takes the key as SendGrid shows it: SubjectPublicKeyInfo in base64, with or without PEM's lines around it.
    ///
    /// - Returns: `nil` when it is none.
    public init?(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
        let base64 = lines.joined().filter { !$0.isWhitespace }
        guard let der = Data(base64Encoded: base64),
            let key = try? P256.Signing.PublicKey(derRepresentation: der)
        else { return nil }
        self.key = key
    }

    static let signatureHeader = "X-Twilio-Email-Event-Webhook-Signature"
    static let timeHeader = "X-Twilio-Email-Event-Webhook-Timestamp"

    /// Refuses a request that none of the keys has signed, or one signed too long ago.
    static func verify(_ request: WebhookRequest, by keys: [SendGridKey]) throws(WebhookError) {
        guard let text = request.header(signatureHeader), let time = request.header(timeHeader) else {
            throw WebhookError(
                .unauthorized, "it is not signed; switch on the Signed Event Webhook in SendGrid's settings")
        }
        guard let bytes = Data(base64Encoded: text),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { throw WebhookError(.forbidden, "its signature is not one") }
        var signed = Array(time.utf8)
        signed += request.body
        guard keys.contains(where: { $0.key.isValidSignature(signature, for: signed) }) else {
            throw WebhookError(.forbidden, "its signature is wrong; look at the configured public key")
        }
        // Only now can the time be believed.
        guard let time = ProviderTime.time(seconds: Double(time)) else {
            throw WebhookError(.forbidden, "its time is none")
        }
        try WebhookAge.sendgrid.check(time, at: request.received)
    }
}
