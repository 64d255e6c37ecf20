internal import Delivery
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

    /// What the file says; the files that it names are read when it is needed, since only the coordinator may.
    struct Part: Sendable {
        fileprivate var topics: Set<String>?
        fileprivate var publicKeys: [WebhookSecret] = []
        fileprivate var signingKeys: WebhookSecret?
        fileprivate var postmark: WebhookSecret?
        fileprivate var mailjet: WebhookSecret?

        /// Reads the files.
        /// - Throws: ``CommandError`` for one that cannot be read, or whose secret is none.
        func configuration() throws -> WebhookConfiguration {
            var configuration = WebhookConfiguration()
            configuration.ses = topics
            configuration.sendgrid = publicKeys.isEmpty ? nil : try publicKeys.map { try $0.publicKey() }
            configuration.mailgun = try signingKeys?.signingKeys()
            configuration.postmark = try postmark?.credentials()
            configuration.mailjet = try mailjet?.credentials()
            return configuration
        }
    }

    private let section: YAMLSection

    /// - Parameter file: the path of the file, for messages.
    init(file: String) {
        section = YAMLSection(file: file)
    }

    /// Reads the part.
    /// - Throws: ``CommandError`` with the line, for what means nothing, and for what is missing.
    func part(in node: Node) throws -> Part {
        var part = Part()
        for (name, value) in try section.members(of: node, Self.key, known: MailProvider.allCases.map(\.rawValue)) {
            let path = "\(Self.key).\(name)"
            switch MailProvider(rawValue: name) {
            case .ses: part.topics = try topics(value, path)
            case .sendgrid: part.publicKeys = try publicKeys(value, path)
            case .mailgun: part.signingKeys = try signingKeys(value, path)
            case .postmark: part.postmark = try credentials(value, path)
            case .mailjet: part.mailjet = try credentials(value, path)
            case nil: break
            }
        }
        return part
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

    private func publicKeys(_ node: Node, _ path: String) throws -> [WebhookSecret] {
        let keys = try section.members(of: node, path, known: ["publicKey", "publicKeyFile"]).map { name, value in
            let text = try section.text(value, "\(path).\(name)")
            return WebhookSecret(
                place: section.place(of: value, "\(path).\(name)"),
                source: name == "publicKey" ? .text(text) : .file(text))
        }
        guard !keys.isEmpty else { throw section.problem(node, path, "it needs publicKey or publicKeyFile") }
        return keys
    }

    private func signingKeys(_ node: Node, _ path: String) throws -> WebhookSecret {
        for (name, value) in try section.members(of: node, path, known: ["signingKeyFile"]) {
            return WebhookSecret(
                place: section.place(of: value, "\(path).\(name)"),
                source: .file(try section.text(value, "\(path).\(name)")))
        }
        throw section.problem(node, path, "it needs signingKeyFile")
    }

    private func credentials(_ node: Node, _ path: String) throws -> WebhookSecret {
        var texts: [String: String] = [:]
        for (name, value) in try section.members(
            of: node, path, known: ["user", "passwordFile", "header", "secretFile"])
        {
            texts[name] = try section.text(value, "\(path).\(name)")
        }
        let place = section.place(of: node, path)
        if texts.count == 2, let user = texts["user"], !user.contains(":"), let file = texts["passwordFile"] {
            return WebhookSecret(place: place, source: .file(file), form: .basic(user: user))
        }
        if texts.count == 2, let header = texts["header"], let file = texts["secretFile"] {
            return WebhookSecret(place: place, source: .file(file), form: .header(header))
        }
        throw section.problem(node, path, "it needs user (without a colon) and passwordFile, or header and secretFile")
    }
}
