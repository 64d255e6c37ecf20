/// Whether a sender's domain publishes what receivers ask of bulk senders: SPF (RFC 7208), DKIM, DMARC (RFC 7489).
struct SenderRecords {
    let sender: String
    /// The domain of the return path, where it is another.
    let returnPath: String?
    let selectors: [String]
    let records: (any TextRecords)?

    func findings() async -> [LintFinding] {
        guard let records else {
            return [
                LintFinding(
                    "dns-not-checked", .note, "domain \(sender)",
                    "SPF, DKIM and DMARC were not looked up: no resolver is set up",
                    remedy: "look at the records of \(sender) by hand")
            ]
        }
        return await spf(records) + dkim(records) + dmarc(records)
    }

    private func spf(_ records: any TextRecords) async -> [LintFinding] {
        // The receiver looks at the domain of the return path.
        let domain = returnPath ?? sender
        return await looking("spf", at: domain, in: records) { texts in
            let policies = texts.filter { $0 == "v=spf1" || $0.hasPrefix("v=spf1 ") }
            guard let policy = policies.first else {
                return LintFinding(
                    "spf-missing", .error, "domain \(domain)", "it has no SPF record",
                    remedy: "publish a TXT record such as \"v=spf1 ip4:… -all\" that names the servers that send")
            }
            if policies.count > 1 {
                return LintFinding(
                    "spf-several", .error, "domain \(domain)",
                    "it has \(policies.count) SPF records, which counts as an error",
                    remedy: "join them into one")
            }
            if policy.contains("+all") || policy.hasSuffix(" all") {
                return LintFinding(
                    "spf-open", .error, "domain \(domain)", "its SPF record lets everybody send",
                    remedy: "end it with -all or ~all")
            }
            return nil
        }
    }

    private func dkim(_ records: any TextRecords) async -> [LintFinding] {
        guard !selectors.isEmpty else {
            return [
                LintFinding(
                    "dkim-not-checked", .note, "domain \(sender)",
                    "it is not known which DKIM keys the workers sign with",
                    remedy: "name their selectors with --selector")
            ]
        }
        var findings: [LintFinding] = []
        for selector in selectors {
            let name = DKIMKeyRecord.name(selector: selector, domain: sender)
            findings += await looking("dkim", at: name, in: records) { texts in
                guard let text = texts.first else {
                    return LintFinding(
                        "dkim-missing", .error, "domain \(name)", "there is no DKIM key record",
                        remedy: "publish the record that postrider dkim keygen has printed")
                }
                do throws(DKIMKeyRecord.Problem) {
                    _ = try DKIMKeyRecord(text)
                    return nil
                } catch {
                    return LintFinding(
                        "dkim-unusable", .error, "domain \(name)", error.rawValue,
                        remedy: "publish the record that postrider dkim keygen has printed")
                }
            }
        }
        return findings
    }

    private func dmarc(_ records: any TextRecords) async -> [LintFinding] {
        // RFC 7489 §6.6.3 falls back to the organizational domain; without a list of those, to each domain above.
        var labels = sender.split(separator: ".")
        var texts: [String] = []
        while labels.count > 1, texts.isEmpty {
            do {
                texts = try await records.txt("_dmarc." + labels.joined(separator: "."))
                    .filter { $0.replacing(" ", with: "").hasPrefix("v=DMARC1") }
            } catch {
                return [unknown("dmarc", at: sender, error)]
            }
            labels.removeFirst()
        }
        guard let policy = texts.first else {
            return [
                LintFinding(
                    "dmarc-missing", .error, "domain \(sender)",
                    "it has no DMARC record; large receivers ask bulk senders for one",
                    remedy: "publish a TXT record at _dmarc.\(sender), to begin with \"v=DMARC1; p=none\"")
            ]
        }
        guard TagList(policy)?["p"] != nil else {
            return [
                LintFinding(
                    "dmarc-malformed", .error, "domain \(sender)", "its DMARC record names no policy",
                    remedy: "add p=none, p=quarantine or p=reject")
            ]
        }
        return []
    }

    private func looking(
        _ what: String, at name: String, in records: any TextRecords, _ body: ([String]) -> LintFinding?
    ) async -> [LintFinding] {
        do {
            return body(try await records.txt(name)).map { [$0] } ?? []
        } catch {
            return [unknown(what, at: name, error)]
        }
    }

    private func unknown(_ what: String, at name: String, _ error: any Error) -> LintFinding {
        LintFinding(
            "\(what)-unknown", .note, "domain \(name)", "it cannot be looked up now: \(error)",
            remedy: "check again later")
    }
}
