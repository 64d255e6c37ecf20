public import Delivery
public import MailMessage

/// Takes what providers post: verifies that it is theirs, and reads what it tells of our messages.
public struct ProviderHooks: Sendable {
    private let configuration: WebhookConfiguration
    private let keys: TokenKeys
    private let classifier: OutcomeClassifier
    private let certificates: SNSCertificates
    private let fetcher: any WebFetching
    private let remember: SignedOnce.Memory

    /// - Parameters:
    ///   - keys: recognize the tokens in our messages.
    ///   - remember: keeps the signatures that do not cover what they come with.
    public init(_ configuration: WebhookConfiguration, keys: TokenKeys, remember: @escaping SignedOnce.Memory) {
        let fetcher = WebFetcher()
        self.init(
            configuration, keys: keys, fetcher: fetcher, certificates: SNSCertificates(fetcher: fetcher),
            remember: remember)
    }

    init(
        _ configuration: WebhookConfiguration, keys: TokenKeys, fetcher: any WebFetching,
        certificates: SNSCertificates, classifier: OutcomeClassifier = .standard,
        remember: @escaping SignedOnce.Memory
    ) {
        self.configuration = configuration
        self.keys = keys
        self.classifier = classifier
        self.certificates = certificates
        self.fetcher = fetcher
        self.remember = remember
    }

    /// Verifies and reads a request.
    ///
    /// - Throws: ``WebhookError``; nothing of a request that is not verified is believed.
    public func read(
        _ request: WebhookRequest, from provider: MailProvider
    ) async throws(WebhookError) -> WebhookAnswer {
        switch provider {
        case .ses:
            guard let topics = configuration.ses else { throw Self.notConfigured(provider) }
            return try await readSNS(request, topics)
        case .sendgrid:
            guard let keys = configuration.sendgrid else { throw Self.notConfigured(provider) }
            try SendGridKey.verify(request, by: keys)
            return events(try SendGridReader.reports(JSONValue(reading: request.body)), request)
        case .mailgun:
            guard let keys = configuration.mailgun else { throw Self.notConfigured(provider) }
            let json = try JSONValue(reading: request.body)
            let token = try MailgunKey.verify(json, by: keys, received: request.received)
            try await admit(SignedOnce(.mailgun, token: token, content: request.body))
            return events(try MailgunReader.reports(json), request)
        case .postmark:
            guard let credentials = configuration.postmark else { throw Self.notConfigured(provider) }
            try credentials.verify(request)
            return events(try PostmarkReader.reports(JSONValue(reading: request.body)), request)
        case .mailjet:
            guard let credentials = configuration.mailjet else { throw Self.notConfigured(provider) }
            try credentials.verify(request)
            return events(try MailjetReader.reports(JSONValue(reading: request.body)), request)
        }
    }

    /// Refuses a signature that came with something else before.
    private func admit(_ signed: SignedOnce) async throws(WebhookError) {
        let isAdmitted: Bool
        do {
            isAdmitted = try await remember(signed)
        } catch {
            throw WebhookError(.unavailable, "its signature cannot be looked up: \(error)")
        }
        guard isAdmitted else { throw WebhookError(.forbidden, "its signature came with another event before") }
    }

    /// A message of SNS, about a message of ours or about the subscription itself.
    private func readSNS(
        _ request: WebhookRequest, _ topics: Set<String>
    ) async throws(WebhookError) -> WebhookAnswer {
        let message = try SNSMessage(reading: request.body)
        guard topics.contains(message.topic) else {
            // What is refused SNS drops at once; if the configuration lacks the topic by mistake, there is time to mend it.
            throw WebhookError(.unavailable, "its topic is not one of those in the configuration")
        }
        try await certificates.verify(message, at: request.received)
        guard let time = UnixTime(iso8601: message.time) else {
            throw WebhookError(.forbidden, "its time is none")
        }
        try WebhookAge.sns.check(time, at: request.received)
        switch message.kind {
        case .notification: return events(SESReader.reports(message.message, id: message.id), request)
        case .farewell: return .settled("the topic \(message.topic) sends no more")
        case .confirmation:
            guard let url = message.subscribeURL, SNSAddress.isConfirmation(url, topic: message.topic) else {
                throw WebhookError(.forbidden, "its SubscribeURL is not one of SNS for this topic")
            }
            do {
                _ = try await fetcher.get(url)
            } catch {
                throw WebhookError(.unavailable, "the subscription cannot be confirmed: \(error)")
            }
            return .settled("the subscription to the topic \(message.topic) is confirmed")
        }
    }

    private func events(_ reports: [ProviderReport], _ request: WebhookRequest) -> WebhookAnswer {
        .events(reports.compactMap { $0.event(keys: keys, classifier: classifier, received: request.received) })
    }

    private static func notConfigured(_ provider: MailProvider) -> WebhookError {
        WebhookError(.notConfigured, "\(provider.name) is not in the configuration")
    }
}
