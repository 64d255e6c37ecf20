public import NIOCore

/// What the pools of one event loop have learnt about hosts, so that each finding is made once and not once a connection.
public final class SMTPHostMemory {
    /// How long a finding is believed.
    public let duration: TimeAmount
    let contexts = SMTPTLSContexts()
    private var failedTLS: [String: NIODeadline] = [:]
    private var simple: [String: NIODeadline] = [:]

    public init(duration: TimeAmount = .minutes(30)) {
        self.duration = duration
    }

    /// Whether opportunistic TLS failed at this host a while ago (T1).
    func failedTLS(at host: SMTPHost, now: NIODeadline) -> Bool { Self.isKnown(host, in: &failedTLS, now) }

    func noteFailedTLS(at host: SMTPHost, now: NIODeadline) { note(host, in: &failedTLS, now) }

    /// Whether this host did not get on with pipelining a while ago (5o).
    func isSimple(_ host: SMTPHost, now: NIODeadline) -> Bool { Self.isKnown(host, in: &simple, now) }

    func noteSimple(_ host: SMTPHost, now: NIODeadline) { note(host, in: &simple, now) }

    private static func isKnown(_ host: SMTPHost, in findings: inout [String: NIODeadline], _ now: NIODeadline) -> Bool
    {
        guard !findings.isEmpty, let until = findings[host.key] else { return false }
        if until > now { return true }
        findings[host.key] = nil
        return false
    }

    private func note(_ host: SMTPHost, in findings: inout [String: NIODeadline], _ now: NIODeadline) {
        findings = findings.filter { $0.value > now }
        findings[host.key] = now + duration
    }
}

extension SMTPHost {
    /// What tells hosts apart in a memory.
    fileprivate var key: String { "\(name.lowercased()):\(port)" }
}
