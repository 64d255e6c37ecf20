internal import Delivery
internal import MailMessage
internal import ProviderEvents
internal import Yams

/// The part `webhooks` of a coordinator's configuration file: which providers may report, and how they prove who they are.
///
///     webhooks:
///       ses: {topics: ["arn:aws:sns:eu-west-1:123456789012:mail"]}
///       sendgrid: {publicKey: MFkwEwYHKoZI…}
///       mailgun: {signingKeyFile: /etc/postrider/mailgun.key}
///       postmark: {user: postmark, passwordFile: /etc/postrider/postmark.secret}
///       mailjet: {user: mailjet, passwordFile: /etc/postrider/mailjet.secret}
struct WebhookSettings {
    static let key = "webhooks"

    private let section: YAMLSection

    /// - Parameter file: the path of the file, for messages.
    init(file: String) {
        section = YAMLSection(file: file)
    }

    /// Reads the part, and the files with secrets that it names.
    /// - Throws: ``CommandError`` with the line, for what means nothing, and for a secret that is none.
    func configuration(in node: Node) throws -> WebhookConfiguration {
        var configuration = WebhookConfiguration()
        for (name, value) in try section.members(of: node, Self.key, known: MailProvider.allCases.map(\.rawValue)) {
            let path = "\(Self.key).\(name)"
            switch MailProvider(rawValue: name) {
            case .ses: configuration.ses = try topics(value, path)
            case .sendgrid: configuration.sendgrid = try sendgridKeys(value, path)
            case .mailgun: configuration.mailgun = try mailgunKeys(value, path)
            case .postmark: configuration.postmark = try credentials(value, path)
            case .mailjet: configuration.mailjet = try credentials(value, path)
            case nil: break
            }
        }
        return configuration
    }

    private func topics(_ node: Node, _ path: String) throws -> Set<String> {
        var topics: Set<String> = []
        for (name, value) in try section.members(of: node, path, known: ["topics"]) {
            for element in try section.elements(of: value, "\(path).\(name)") {
                let topic = try section.text(element, "\(path).\(name)")
                guard topic.hasPrefix("arn:aws"), topic.split(separator: ":").count == 6 else {
                    throw section.problem(
                        element, "\(path).\(name)",
                        "“\(topic)” is no topic; it looks like arn:aws:sns:eu-west-1:123456789012:mail")
                }
                topics.insert(topic)
            }
        }
        guard !topics.isEmpty else { throw section.problem(node, path, "it needs the ARN of a topic under topics") }
        return topics
    }

    private func sendgridKeys(_ node: Node, _ path: String) throws -> [SendGridKey] {
        var texts: [String] = []
        for (name, value) in try section.members(of: node, path, known: ["publicKey", "publicKeyFile"]) {
            let text = try section.text(value, "\(path).\(name)")
            texts.append(name == "publicKey" ? text : try InputFile.text(text))
        }
        guard !texts.isEmpty else { throw section.problem(node, path, "it needs publicKey or publicKeyFile") }
        return try texts.map { text in
            guard let key = SendGridKey(text) else {
                throw section.problem(
                    node, path, "the public key is none; copy the verification key from SendGrid's settings")
            }
            return key
        }
    }

    private func mailgunKeys(_ node: Node, _ path: String) throws -> [MailgunKey] {
        for (name, value) in try section.members(of: node, path, known: ["signingKeyFile"]) {
            return try secrets(value, "\(path).\(name)").compactMap(MailgunKey.init)
        }
        throw section.problem(node, path, "it needs signingKeyFile")
    }

    private func credentials(_ node: Node, _ path: String) throws -> WebhookCredentials {
        var user: String?
        var header: String?
        var secrets: [String] = []
        for (name, value) in try section.members(
            of: node, path, known: ["user", "passwordFile", "header", "secretFile"])
        {
            switch name {
            case "user": user = try section.text(value, "\(path).user")
            case "header": header = try section.text(value, "\(path).header")
            default: secrets += try self.secrets(value, "\(path).\(name)")
            }
        }
        let form: WebhookCredentials.Form
        switch (user, header) {
        case (let user?, nil) where !user.contains(":"): form = .basic(user: user)
        case (nil, let header?): form = .header(header)
        default:
            throw section.problem(node, path, "it needs user and passwordFile, or header and secretFile")
        }
        guard let credentials = WebhookCredentials(form, secrets: secrets) else {
            throw section.problem(
                node, path,
                "it needs a file with a secret of \(WebhookCredentials.minimumLength) characters or more, such as from "
                    + "openssl rand -hex 24")
        }
        return credentials
    }

    /// The lines of a file of secrets: the one that counts, and while it is being changed another one.
    private func secrets(_ node: Node, _ path: String) throws -> [String] {
        let file = try section.text(node, path)
        let lines: [String]
        do throws(KeyFileError) {
            lines = try SecretFile.read(file).split(whereSeparator: \.isNewline).map(String.init)
        } catch {
            throw section.problem(node, path, error.message)
        }
        guard !lines.isEmpty else { throw section.problem(node, path, "the file \(file) is empty") }
        return lines
    }
}
