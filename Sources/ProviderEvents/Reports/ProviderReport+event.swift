internal import Crypto
internal import Delivery
internal import MailMessage

extension ProviderReport {
    /// The report as the contact book takes it.
    ///
    /// - Parameters:
    ///   - keys: recognize our tokens.
    ///   - now: when the report came in; nothing that it tells of was later.
    func event(keys: TokenKeys, classifier: OutcomeClassifier = .standard, received now: UnixTime) -> InboundEvent? {
        guard let id = eventID else { return nil }
        guard let subject = subject(keys) else { return nil }
        let classification = classification(classifier)
        return InboundEvent(
            id: id, source: classification.reason == .automaticReply ? .automaticReply : .webhook,
            subject: subject, time: min(time ?? now, now), classification: classification, phase: phase,
            reply: reply)
    }

    /// What it means.
    func classification(_ classifier: OutcomeClassifier) -> Classification {
        switch kind {
        case .failed: failure(classifier)
        case .delayed: classifier.classify(report(.delayed))
        case .delivered: classifier.classify(report(.delivered))
        case .complaint: Classification(outcome: .spam, reason: .complaint, rule: "N3")
        case .otherFeedback: Classification(outcome: nil, reason: .otherFeedback, rule: "N3")
        case .optOut: Classification(outcome: .unsubscribed, reason: .optOut, rule: "N3")
        }
    }

    /// The server's own words decide, as in a bounce message; the provider's terms where they alone know, and where the words say little.
    private func failure(_ classifier: OutcomeClassifier) -> Classification {
        let verdict = ProviderVerdict.find(provider, terms)
        if let verdict, verdict.isDecisive { return verdict.classification }
        var classification = classifier.classify(report(.failed))
        let saysLittle = [.unknown, .otherPermanent, .temporary].contains(classification.reason)
        if let verdict, saysLittle || words.isEmpty && status == nil { return verdict.classification }
        // The provider has given up: if it is tried again, then by us, as after a bounce message.
        if classification.outcome == .deferred { classification.outcome = .softBounced }
        return classification
    }

    private func report(_ action: ReportAction) -> RecipientReport {
        RecipientReport(
            action: action, status: status.flatMap { EnhancedStatusCode($0) }, reply: SMTPReply(parsing: words))
    }

    private var phase: DeliveryPhase {
        switch kind {
        case .failed, .delayed, .delivered: .dsn
        case .complaint, .otherFeedback: .complaint
        case .optOut: .web
        }
    }

    /// Whom it is about; `nil` when it is of no message of ours.
    private func subject(_ keys: TokenKeys) -> InboundEvent.Subject? {
        for token in tokens {
            if let job = EnvelopeID.job(of: token, keys: keys) { return .delivery(job) }
        }
        let id = messageID.map(Self.bare).flatMap { $0.isEmpty ? nil : $0 }
        if let id, let job = MessageIDCode.job(ofMessageID: id, keys: keys) { return .delivery(job) }
        guard [.delivered, .delayed].contains(kind) else {
            return .clues(InboundClues(messageID: id, recipient: recipient))
        }
        // Providers tell of all mail of an account: that some message to an address arrived, or is late, says nothing of ours, which
        // may still be waiting. So the address is no clue here, and the Message-ID of somebody else's message none either: one that is
        // not of our form, or has a code that is not ours.
        guard let id, let parts = MessageIDParts(parsing: id), !parts.hasCode else { return nil }
        return .clues(InboundClues(messageID: id))
    }

    /// A Message-ID without its brackets.
    private static func bare(_ id: String) -> String {
        String(id.drop { $0 == "<" || $0.isWhitespace }.prefix { $0 != ">" && !$0.isWhitespace })
    }

    /// The words as they are kept: without control characters, which a terminal might obey, and not too many.
    private var reply: String {
        let text = words.isEmpty ? "\(provider.name): \(terms.joined(separator: ", "))" : words
        var kept = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
            let scalar = isControl ? " " : scalar
            count += UTF8.width(scalar)
            guard count <= InboundFinding.diagnosticLimit else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept
    }

    /// The digest of the provider's name and ``identity``, each part with its length; `nil` when there is nothing to go by.
    private var eventID: InboundEventID? {
        guard identity.contains(where: { $0 != nil }) else { return nil }
        var hash = SHA256()
        hash.update(data: Array("postrider provider event\n".utf8))
        for part in [provider.rawValue] + identity {
            hash.update(data: Array("\(part?.utf8.count ?? -1):\(part ?? "")".utf8))
        }
        return InboundEventID(digest: hash.finalize())
    }
}
