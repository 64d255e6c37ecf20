internal import MailMessage
internal import ProviderEvents

/// A key or secret of a provider, as the configuration file names it.
struct WebhookSecret: Sendable {
    enum Source: Sendable {
        /// What is no secret may stand in the file.
        case text(String)
        case file(String)
    }

    /// Where it stands, for messages.
    var place: String
    var source: Source
    /// How a provider shows it that does not sign.
    var form: WebhookCredentials.Form?

    func publicKey() throws -> SendGridKey {
        let text =
            switch source {
            case .text(let text): text
            case .file(let file): try InputFile.text(file)
            }
        guard let key = SendGridKey(text) else {
            throw problem("the public key is none; copy the verification key from SendGrid's settings")
        }
        return key
    }

    func signingKeys() throws -> [MailgunKey] {
        try lines().map { line in
            guard let key = MailgunKey(line) else {
                throw problem(
                    "a signing key has \(MailgunKey.minimumLength) characters or more; copy it from Mailgun's settings")
            }
            return key
        }
    }

    func credentials() throws -> WebhookCredentials {
        guard let form, let credentials = WebhookCredentials(form, secrets: try lines()) else {
            throw problem(
                "a secret is \(WebhookCredentials.minimumLength) characters or more, such as from: openssl rand -hex 24"
            )
        }
        return credentials
    }

    /// The secrets of a file: one, and while it is being changed another.
    private func lines() throws -> [String] {
        guard case .file(let file) = source else { throw problem("a secret stands in a file of its own") }
        let lines: [String]
        do throws(KeyFileError) {
            lines = SecretLines(try SecretFile.read(file)).secrets
        } catch {
            throw problem(error.message)
        }
        guard !lines.isEmpty else { throw problem("the file \(file) holds no secret") }
        guard lines.count <= SecretLines.most else {
            throw problem(
                "the file \(file) holds \(lines.count) secrets; there may be \(SecretLines.most), a line each")
        }
        return lines
    }

    private func problem(_ message: String) -> CommandError { CommandError("\(place): \(message)") }
}
