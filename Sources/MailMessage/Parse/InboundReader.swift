internal import Delivery

/// Sorts the parts of an incoming message, finds out what kind of message it is, and reads it as that.
struct InboundReader: Sendable {
    private(set) var origin: MessageOrigin
    private(set) var kind = InboundMessage.Kind.other
    private var reports: [ReadReport] = []
    /// What a mail system gave up without saying for whom.
    private var unnamed: ReadReport?
    private var complaint: FeedbackReport?
    /// Whether it is a receipt or another report that is not about deliveries.
    private var isOtherReport: Bool
    private(set) var returned = ReturnedMessage()
    private var originalEnvelopeID: String?
    private var notice: [Bytes] = []
    private let limits: ParseLimits

    /// One recipient, before it is judged.
    private struct ReadReport {
        var recipient: String?
        var originalRecipient: String?
        var action: ReportAction
        var status: EnhancedStatusCode?
        var words: Bytes
    }

    init(reading bytes: Bytes, limits: ParseLimits, depth: Int = 0) {
        self.limits = limits
        let message = MIMEEntity(reading: bytes, limits: limits)
        origin = MessageOrigin(message.header, limit: limits.recipients)
        isOtherReport = origin.isOtherReport
        var delivery = DeliveryReport()
        sort(message, delivery: &delivery)
        if complaint != nil {
            kind = .complaint
        } else if !delivery.recipients.isEmpty {
            read(delivery)
        } else if isOtherReport {
            kind = .automaticReply
        } else if origin.isMailSystem || origin.isListManager && NoticePhrases.listRefusals.occurs(in: noticeText)
            || !origin.isAbsenceNotice && !origin.isReply && (origin.hasNullReturnPath || origin.hasFailureSubject)
        {
            readNotice(forwarded: depth == 0 ? message : nil)
        }
        if kind == .other, depth == 0 { readForwarded(message) }
        // A person may be named like a mail system; a mail system says of itself no more than that nobody wrote it.
        let isNotice = unnamed != nil && origin.isMailSystem && !origin.isAbsenceNotice
        if kind == .other, !isNotice, origin.isAutomatic { kind = .automaticReply }
    }

    // MARK: Parts

    /// Goes through the parts in order.
    private mutating func sort(_ message: MIMEEntity, delivery: inout DeliveryReport) {
        var text: (part: MIMEEntity, isHTML: Bool)?
        for part in message.leaves {
            if part.contentType.isDeliveryStatus {
                let report = DeliveryReport(reading: part.decodedBody, limits: limits)
                if delivery.recipients.isEmpty { delivery = report }
                originalEnvelopeID = originalEnvelopeID ?? report.originalEnvelopeID
            } else if part.contentType.isFeedbackReport {
                complaint = complaint ?? FeedbackReport(reading: part.decodedBody, limits: limits)
            } else if part.contentType.isReceipt {
                isOtherReport = true
                if origin.isRejection, delivery.recipients.isEmpty,
                    let refusal = RefusalByReceipt(reading: part.decodedBody, limits: limits)
                {
                    delivery = DeliveryReport(recipients: [refusal.recipient])
                }
            } else if part.contentType.isMessage {
                takeReturned(MIMEHeader(reading: part.decodedBody, limits: limits))
            } else if part.contentType.isText, returned.messageID == nil || text == nil {
                let isHTML = part.contentType.subtype == "html"
                if !isHTML, text != nil || part.isAttachment, NoticeText.isHeader(part.text) {
                    takeReturned(MIMEHeader(reading: part.text, limits: limits))
                } else if !isHTML, delivery.recipients.isEmpty, text != nil, let report = reportWithin(part.text) {
                    // A report whose writer, or a gateway on its way, did not name it as one.
                    delivery = report
                } else if text == nil || (text?.isHTML ?? false) && !isHTML {
                    text = (part, isHTML)
                }
            }
        }
        if let text {
            take(text.isHTML ? HTMLReader.text(of: text.part.text)[...] : text.part.text, delivery: &delivery)
        }
        if complaint == nil, delivery.recipients.isEmpty, message.leaves.contains(where: \.contentType.isMessage),
            isOldComplaint(message)
        {
            complaint = FeedbackReport(recipients: Array(returned.recipients.prefix(1)))
        }
    }

    /// Takes the text for people, which may hold a report as well.
    private mutating func take(_ text: Bytes, delivery: inout DeliveryReport) {
        if delivery.recipients.isEmpty, complaint == nil,
            let notification = ProviderNotification(reading: text, limits: limits)
        {
            delivery = DeliveryReport(recipients: notification.recipients)
            complaint = notification.complaint
            returned = ReturnedMessage(messageID: notification.returnedMessageID)
            return
        }
        let text = Self.unquoted(text)
        let read = NoticeText(text, limits: limits)
        notice = read.lines
        if let header = read.returnedHeader { takeReturned(header) }
        if delivery.recipients.isEmpty { delivery = reportWithin(text) ?? delivery }
    }

    /// A text of which most is quoted, as it is when a person passes a report on, without the marks of quotation.
    private static func unquoted(_ text: Bytes) -> Bytes {
        guard text.prefix(2_000).contains(UInt8(ascii: ">")) else { return text }
        let lines = LineScanner.lines(of: text, atMost: 400)
        let quoted = lines.count { $0.first == UInt8(ascii: ">") }
        guard quoted > 8, quoted * 2 > lines.count else { return text }
        var result: [UInt8] = []
        for line in lines {
            var line = line
            if line.first == UInt8(ascii: ">") { line = line.dropFirst() }
            if line.first == ASCII.space { line = line.dropFirst() }
            result += line + [ASCII.lineFeed]
        }
        return result[...]
    }

    private mutating func takeReturned(_ header: MIMEHeader) {
        guard returned.messageID == nil, returned.recipients.isEmpty else { return }
        returned = ReturnedMessage(header, limit: limits.recipients)
    }

    /// A report that stands in the text for people instead of in a part of its own.
    private func reportWithin(_ text: Bytes) -> DeliveryReport? {
        guard Self.reportFields.occurs(in: text.prefix(8 << 10)) else { return nil }
        let report = DeliveryReport(reading: text, limits: limits)
        let recipients = report.recipients.filter { $0.finalRecipient != nil || $0.originalRecipient != nil }
        return recipients.isEmpty ? nil : report
    }

    private static let reportFields: WordSet = ["final-recipient:", "original-recipient:"]

    /// A complaint as some providers send it: nothing but the message, under a subject that says so.
    private func isOldComplaint(_ message: MIMEEntity) -> Bool {
        let subject = Array((message.header.text("subject") ?? "").utf8)[...]
        return Self.complaintSubjects.occurs(in: subject)
    }

    private static let complaintSubjects: WordSet = [
        "complaint about message", "spam complaint", "abuse report", "email feedback report", "abuse complaint",
    ]

    // MARK: Kinds

    /// A report that another system has wrapped up whole: a filter, or a person who passes it on.
    private mutating func readForwarded(_ message: MIMEEntity) {
        guard let part = message.leaves.first(where: { $0.contentType.isMessage }) else { return }
        let inner = InboundReader(reading: part.decodedBody, limits: limits, depth: 1)
        let isReport = inner.kind == .deliveryReport || inner.kind == .complaint
        let isNotice = inner.kind == .notice && (inner.origin.isMailSystem || inner.origin.hasFailureSubject)
        guard isReport || isNotice else { return }
        self = InboundReader(inner, within: origin)
    }

    private init(_ inner: InboundReader, within origin: MessageOrigin) {
        self = inner
        self.origin = origin
    }

    private mutating func read(_ delivery: DeliveryReport) {
        kind = .deliveryReport
        originalEnvelopeID = originalEnvelopeID ?? delivery.originalEnvelopeID
        var told: BounceNotice?
        let named = delivery.recipients.compactMap { $0.finalRecipient ?? $0.originalRecipient }
        for recipient in delivery.recipients {
            // Parts of reports that name nobody, next to some that do.
            if recipient.finalRecipient == nil, recipient.originalRecipient == nil, !named.isEmpty { continue }
            var report = ReadReport(
                recipient: recipient.finalRecipient ?? recipient.originalRecipient,
                originalRecipient: recipient.originalRecipient, action: recipient.action ?? .failed,
                status: recipient.status, words: recipient.diagnostic)
            let saysLittle = !report.words.hasLetters || report.words.count < 12
            if report.recipient == nil || saysLittle || Self.isCutShort(report.words) {
                let notice =
                    told
                    ?? BounceNotice(
                        notice, named: named.isEmpty ? origin.failedRecipients : named, own: origin.ownAddresses,
                        limit: limits.recipients)
                told = notice
                complete(&report, from: notice, isAlone: delivery.recipients.count == 1)
            }
            if report.words.isEmpty { report.words = recipient.statusWords }
            reports.append(report)
        }
    }

    /// Adds what only the text for people says.
    private func complete(_ report: inout ReadReport, from notice: BounceNotice, isAlone: Bool) {
        let address = report.recipient?.lowercased()
        let told =
            notice.recipients.first { $0.key == address } ?? (isAlone ? notice.recipients.first : nil)
        if report.recipient == nil {
            report.recipient = told?.address ?? returned.recipients.first
        }
        report.originalRecipient = report.originalRecipient ?? told?.original
        if Self.isCutShort(report.words) {
            report.words = notice.wholeReply(beginning: report.words) ?? report.words
            return
        }
        guard report.action == .failed, let told, told.diagnostic.hasLetters else { return }
        // The report's own fields, where they stand in the text, are no words; and a status says more of a recipient than words about several.
        if Self.reportFields.occurs(in: told.diagnostic) || told.isShared && report.status?.isUnspecific == false {
            return
        }
        report.words =
            report.words.hasLetters ? (Array(report.words) + [ASCII.space] + told.diagnostic)[...] : told.diagnostic
    }

    /// Whether a reply of several lines was cut behind its first: `550-5.7.1 …` without a last line `550 …`.
    private static func isCutShort(_ words: Bytes) -> Bool {
        guard words.count > 4, words.prefix(3).allSatisfy(ASCII.isDigit),
            words[words.startIndex + 3] == UInt8(ascii: "-")
        else {
            return false
        }
        let last = Array(words.prefix(3)) + [ASCII.space]
        return words.indices.allSatisfy { !words[$0...].starts(with: last) }
    }

    private mutating func readNotice(forwarded message: MIMEEntity?) {
        let read = BounceNotice(
            notice, named: origin.failedRecipients, own: origin.ownAddresses,
            isFromList: origin.isListManager && !origin.isMailSystem, limit: limits.recipients)
        var recipients = read.recipients
        let text = noticeText
        let isCertain =
            origin.isMailSystem && (origin.hasFailureSubject || !recipients.isEmpty && !origin.isAbsenceNotice)
            || origin.hasNullReturnPath && origin.hasFailureSubject && !recipients.isEmpty
        let quotesReply = origin.hasFailureSubject && recipients.contains { QuotedReply(in: $0.diagnostic).hasCodes }
        guard
            isCertain || quotesReply || origin.isWarning || origin.isListManager
                || NoticePhrases.failures.occurs(in: text)
        else { return }
        if !origin.isMailSystem, !quotesReply, NoticePhrases.challenges.occurs(in: text) {
            return kind = .automaticReply
        }
        if recipients.isEmpty, let message {
            readForwarded(message)
            if kind != .other { return }
        }
        if recipients.isEmpty, returned.recipients.count == 1 {
            recipients = [NoticeRecipient(address: returned.recipients[0], diagnostic: text)]
        }
        if recipients.isEmpty, returned.recipients.isEmpty, origin.isMailSystem, let domain = origin.authorDomain {
            recipients = read.localNames.map { NoticeRecipient(address: "\($0)@\(domain)", diagnostic: text) }
        }
        let soundsDelayed = origin.isWarning || NoticePhrases.delays.occurs(in: text)
        let isDelay = soundsDelayed && !NoticePhrases.final.occurs(in: text)
        guard !recipients.isEmpty else {
            unnamed = ReadReport(action: isDelay ? .delayed : .failed, words: text)
            return
        }
        kind = .notice
        for recipient in recipients {
            reports.append(
                ReadReport(
                    recipient: recipient.address, originalRecipient: recipient.original,
                    action: isDelay ? .delayed : .failed,
                    status: nil,
                    words: recipient.diagnostic))
        }
    }

    // MARK: Findings

    /// What was found, judged; one finding that says nothing when nothing was found.
    func findings(_ classifier: OutcomeClassifier) -> [InboundFinding] {
        switch kind {
        case .deliveryReport, .notice:
            return reports.map { finding($0, classifier) }
        case .complaint:
            let classification = complaint?.classification
            let recipients = complaint?.recipients ?? []
            let known: [String?] = recipients.isEmpty ? returned.recipients : recipients
            return (known.isEmpty ? [nil] : known).map { recipient in
                InboundFinding(
                    recipient: recipient, classification: classification, returnedMessageID: returned.messageID,
                    originalEnvelopeID: complaint?.originalEnvelopeID)
            }
        case .automaticReply:
            return [InboundFinding(classification: Classification(outcome: nil, reason: .automaticReply, rule: "N2"))]
        case .other:
            return [InboundFinding()]
        }
    }

    /// What a notice that names nobody says of the one whom it must be about.
    func unnamedFinding(_ classifier: OutcomeClassifier) -> InboundFinding? {
        kind == .other ? unnamed.map { finding($0, classifier) } : nil
    }

    /// How much of a notice about one recipient is judged: languages with long letters come to the point late.
    private static let judgedBytes = 4_000

    /// The text for people, on one line, as far as it is judged.
    private var noticeText: Bytes {
        var text: [UInt8] = []
        for line in notice where text.count < Self.judgedBytes { text += [ASCII.space] + line.trimmed }
        return text.prefix(Self.judgedBytes)
    }

    private func finding(_ report: ReadReport, _ classifier: OutcomeClassifier) -> InboundFinding {
        let quoted = QuotedReply(in: report.words)
        let words = report.words.prefix(reports.count <= 1 ? Self.judgedBytes : InboundFinding.diagnosticLimit)
        // What stands before a reply is said by the system that quotes it.
        var said = words
        if let start = quoted.start, start < words.endIndex, words[(start + 3)...].count(where: ASCII.isWordByte) > 8 {
            said = words[start...]
        }
        let judged = classifier.classify(
            RecipientReport(
                action: report.action, status: report.status,
                reply: SMTPReply(code: quoted.code, enhancedStatus: quoted.status, text: said.text),
                phase: quoted.code == 0 ? .dsn : quoted.phase ?? .dsn, context: words[..<said.startIndex].text,
                notice: reports.count <= 1 ? noticeText.text : ""))
        return InboundFinding(
            recipient: report.recipient, originalRecipient: report.originalRecipient, action: report.action,
            status: report.status ?? quoted.status, code: quoted.code == 0 ? nil : quoted.code, classification: judged,
            diagnostic: words.prefix(InboundFinding.diagnosticLimit).text, returnedMessageID: returned.messageID,
            originalEnvelopeID: originalEnvelopeID)
    }
}

extension EnhancedStatusCode {
    /// Whether it only says that something failed (RFC 3463 §3.1).
    fileprivate var isUnspecific: Bool { subject == 0 && detail == 0 }
}
