public import NIOCore

/// What the pools of one event loop have learnt about hosts, so that each finding is made once and not once a connection.
public final class SMTPHostMemory {
    /// How long a finding is believed.
    public let duration: TimeAmount
    private var failedTLS: [String: NIODeadline] = [:]

    public init(duration: TimeAmount = .minutes(30)) {
        self.duration = duration
    }

    /// Whether opportunistic TLS failed at this host a while ago (T1).
    func failedTLS(at host: SMTPHost, now: NIODeadline) -> Bool {
        guard !failedTLS.isEmpty, let until = failedTLS[host.key] else { return false }
        if until > now { return true }
        failedTLS[host.key] = nil
        return false
    }

    func noteFailedTLS(at host: SMTPHost, now: NIODeadline) {
        failedTLS = failedTLS.filter { $0.value > now }
        failedTLS[host.key] = now + duration
    }
}

extension SMTPHost {
    /// What tells hosts apart in a memory.
    fileprivate var key: String { "\(name.lowercased()):\(port)" }
}
