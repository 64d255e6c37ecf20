internal import Delivery

/// Looks a campaign over before it is sent.
///
/// The rules are about what makes receivers refuse or distrust mail, and readers stumble; each has a name that never changes.
public struct MessageLint: Sendable {
    let template: MessageTemplate
    /// The columns of the list; `nil` when they are not known.
    let knownFields: Set<String>?
    /// Where DNS records come from; `nil` when nothing can be looked up.
    let records: (any TextRecords)?
    /// The selectors of the DKIM keys that workers sign with.
    let selectors: [String]
    /// The values of a contact for whom the message is rendered, by field.
    let sample: [String: String]

    public init(
        _ template: MessageTemplate, knownFields: Set<String>?, sample: [String: String] = [:],
        selectors: [String] = [],
        records: (any TextRecords)?
    ) {
        self.template = template
        self.knownFields = knownFields
        self.sample = sample
        self.selectors = selectors
        self.records = records
    }

    /// Everything that was found, the worst first, then in the order of the message.
    public func findings() async throws -> [LintFinding] {
        let message = try CompiledMessage(template)
        var findings =
            fields(of: message) + subject() + bodies() + links() + tracking() + files() + unsubscribing()
            + size(of: message)
        findings += await SenderRecords(
            sender: String(template.from.domain), returnPath: template.options?.bounceDomain, selectors: selectors,
            records: records
        ).findings()
        return findings.enumerated().sorted { ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset) }
            .map(\.element)
    }

    private func fields(of message: CompiledMessage) -> [LintFinding] {
        guard let knownFields else { return [] }
        return message.fieldNames.filter { !knownFields.contains($0) }.map { name in
            let isLink = name == "unsubscribeLink" || name == "surveyLink"
            let option = name == "surveyLink" ? "--survey-url" : "--unsubscribe-url"
            return LintFinding(
                "unknown-field", .error, "template", "{{\(name)}} names a field that no contact of the list has",
                remedy: isLink
                    ? "say where the links begin: postrider campaign set … \(option) URL"
                    : "mend the name, or import the column")
        }
    }

    private func subject() -> [LintFinding] {
        let subject = template.subject
        var findings: [LintFinding] = []
        func add(_ rule: String, _ severity: LintFinding.Severity, _ message: String, _ remedy: String) {
            findings.append(LintFinding(rule, severity, "subject", message, remedy: remedy))
        }
        let letters = subject.replacing(#/\{\{.*?\}\}/#, with: "").filter(\.isLetter)
        if subject.allSatisfy(\.isWhitespace) { add("subject-empty", .error, "there is no subject", "write one") }
        if subject.count > 90 {
            add(
                "subject-long", .warning, "\(subject.count) characters are more than most readers are shown",
                "say it in 60")
        }
        if letters.count > 8, letters.filter(\.isUppercase).count * 4 > letters.count * 3 {
            add("subject-capitals", .warning, "it is written in capitals, as spam often is", "write it as a sentence")
        }
        if subject.filter({ $0 == "!" || $0 == "?" }).count > 2 || subject.contains("!!") {
            add("subject-shouting", .warning, "it has many exclamation or question marks", "keep one")
        }
        if subject.lowercased().firstMatch(of: #/^\s*(re|fw|fwd|aw|wg)\s*:/#) != nil {
            add(
                "subject-pretends", .error, "it pretends to be an answer or a forwarded message",
                "take “Re:” or “Fwd:” away")
        }
        return findings
    }

    private func bodies() -> [LintFinding] {
        var findings: [LintFinding] = []
        if template.text.allSatisfy(\.isWhitespace) {
            findings.append(
                LintFinding(
                    "text-missing", .error, "text",
                    "the plain text is empty; some readers see only that, and filters expect it",
                    remedy: "write what the HTML says as text"))
        }
        if let html = template.html { findings += HTMLInspector.findings(in: html) }
        return findings
    }

    private func links() -> [LintFinding] {
        [("text", template.text), ("html", template.html ?? "")].flatMap { place, source in
            source.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
                // Names of XML vocabularies look like links and are none.
                let line = line.replacing(#/xmlns(:\w+)?\s*=\s*["'][^"']*["']/#, with: "")
                    .replacing(#/<!DOCTYPE[^>]*>/#.ignoresCase(), with: "")
                guard let link = line.firstMatch(of: #/http://[^\s"'<>)]*/#.ignoresCase()) else { return nil }
                return LintFinding(
                    "link-without-tls", .warning, "\(place), line \(index + 1)",
                    "the link \(link.output) is not protected by TLS", remedy: "link to https://")
            }
        }
    }

    private func tracking() -> [LintFinding] {
        guard template.html == nil, template.options?.tracksAnything == true else { return [] }
        return [
            LintFinding(
                "tracking-without-html", .warning, "template",
                "opens and clicks are told by the HTML, and there is none",
                remedy: "write one with --html, or take --track-opens and --track-clicks away")
        ]
    }

    private func files() -> [LintFinding] {
        guard let html = template.html else { return [] }
        let names = template.attachments.filter(\.isInline).map(\.name)
        let used = Set(html.matches(of: #/cid:([^\s"'<>)]+)/#).map { String($0.output.1) })
        return used.subtracting(names).sorted().map { name in
            LintFinding(
                "inline-missing", .error, "html", "it shows cid:\(name), and no such file goes with the message",
                remedy: "add it: postrider campaign set … --inline \(name)")
        }
            + names.filter { !used.contains($0) }.map { name in
                LintFinding(
                    "inline-unused", .warning, "file \(name)", "the HTML does not show it",
                    remedy: "refer to it as cid:\(name), or attach it")
            }
    }

    private func unsubscribing() -> [LintFinding] {
        guard template.options?.unsubscribeURL != nil || template.listUnsubscribe != nil else {
            return [
                LintFinding(
                    "unsubscribe-missing", .error, "header",
                    "there is no List-Unsubscribe; large receivers refuse bulk mail without it",
                    remedy: "postrider campaign set … --unsubscribe-url https://…")
            ]
        }
        return [("text", template.text), ("html", template.html ?? "unsubscribeLink")].compactMap { place, source in
            guard !source.contains("unsubscribeLink"), !source.lowercased().contains("unsubscribe") else { return nil }
            return LintFinding(
                "unsubscribe-hidden", .warning, place, "readers find no way to unsubscribe in it",
                remedy: "put {{unsubscribeLink}} into it")
        }
    }

    private func size(of message: CompiledMessage) -> [LintFinding] {
        var buffer = MessageBuffer()
        let values = message.fieldNames.map { sample[$0] ?? "" }
        let id = DeliveryJob.ID(mailing: MailingID(rawValue: 0), ordinal: 0)
        let rendered = message.render(
            to: "contact@example.org", fields: values, job: id, date: UnixTime(milliseconds: 0), into: &buffer)
        var findings: [LintFinding] = []
        if rendered.range.count > 10_000_000 {
            findings.append(
                LintFinding(
                    "size-refused", .error, "message",
                    "it has \(rendered.range.count / 1000) kB; many servers refuse more than 10 MB",
                    remedy: "link to large files"))
        } else if rendered.range.count > 1_000_000 {
            findings.append(
                LintFinding(
                    "size-large", .warning, "message",
                    "it has \(rendered.range.count / 1000) kB, times the number of contacts",
                    remedy: "link to large files"))
        }
        if let html = template.html, html.utf8.count > 100_000 {
            findings.append(
                LintFinding(
                    "html-clipped", .warning, "html",
                    "it has \(html.utf8.count / 1000) kB; some readers cut it off after 100 kB",
                    remedy: "shorten it: styles and comments count, too"))
        }
        return findings
    }
}
