internal import Delivery
internal import JobQueue
internal import MailRouting
internal import SMTP

/// Counts how TLS goes, in the terms of RFC 8460: a session once for each domain whose mail it carries, or would have.
extension DeliveryEngine {
    /// For how many domains a session that came to nothing is counted.
    private static let mostDomains = 50

    /// Counts a session that carries this job's message, unless it was counted for that domain.
    func countTLS(of session: SMTPSession, _ job: DeliveryJob, to receiver: Receiver) {
        guard let host = session.host, session.tls != .uncounted else { return }
        // A relay has one name, whomever the mail is for: after the first message there is nothing to do.
        if receiver.kind != .site, !session.countedFor.isEmpty { return }
        let (domain, policy) = counted(host, receiver, job)
        guard session.countedFor.insert(domain).inserted else { return }
        let failure: TLSReportEntry.Failure? =
            if case .failed(let type) = session.tls { .init(type, host: host.name) } else { nil }
        tlsReports.count(failure, domain: domain, policy: policy)
    }

    /// Counts a session that came to nothing, or will go on without what failed.
    func tlsFailed(_ type: TLSResultType, with host: SMTPHost, of outlet: Outlet) {
        var domains: Set<String> = []
        for entry in outlet.waiting.all {
            let (domain, policy) = counted(host, outlet.receiver, entry.job)
            guard domains.count < Self.mostDomains else { return }
            guard domains.insert(domain).inserted else { continue }
            tlsReports.count(.init(type, host: host.name), domain: domain, policy: policy)
        }
    }

    /// Under what a session is counted: the policy domain (RFC 8460 §1.1) and the kind of policy.
    private func counted(
        _ host: SMTPHost, _ receiver: Receiver, _ job: DeliveryJob
    ) -> (domain: String, policy: TLSPolicyType) {
        // To a relay it is our configuration, and nobody's policy, that says what TLS must achieve.
        guard receiver.kind == .site else { return (host.name, .none) }
        switch host.security {
        case .required(.dane(_, let names)): return (names.first ?? host.name, .tlsa)
        // It has TLSA records, none of which is usable.
        case .required(.none): return (host.name, .tlsa)
        case .required(.names), .tested: return (domain(of: job), .sts)
        case .none, .opportunistic, .implicit: return (domain(of: job), .none)
        }
    }
}
