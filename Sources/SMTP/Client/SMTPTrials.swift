import Delivery
import NIOCore

/// Which hosts and addresses one attempt to open a connection goes through, as a value: failures in, trials out.
struct SMTPTrials {
    /// One connection to be tried.
    struct Trial: Equatable {
        var host: SMTPHost
        /// `nil` lets the system resolve the host's name.
        var address: SocketAddress?
        /// Which of all places this is, the same in every attempt.
        var place: Int
        /// Whether TLS is left out because it failed there.
        var isClear = false
        /// Whether the certificate that is only tried out did not pass, so that any will do.
        var takesAnyCertificate = false

        /// How this connection is to be secured.
        var security: SMTPSecurity {
            if case .tested = host.security, takesAnyCertificate { return .opportunistic }
            return host.security
        }

        /// Whether it goes on after a connection whose TLS failed, and is counted with that one.
        var isSecond: Bool { isClear || takesAnyCertificate }
    }

    enum Next: Equatable {
        case trial(Trial)
        /// Nothing is left: this stands for all that happened.
        case exhausted(SMTPEndpointFailure)
    }

    private var left: ArraySlice<Trial>
    private var failures: [SMTPEndpointFailure] = []
    private(set) var current: Trial?

    /// Lays out the trials.
    ///
    /// - Parameters:
    ///   - place: where to begin; those before it come last.
    ///   - maximum: how many places are tried at most.
    ///   - isClear: whether TLS has failed at a host lately, so that it is left out where that is allowed.
    init(
        _ destination: SMTPDestination, from place: Int = 0, maximum: Int, isClear: (SMTPHost) -> Bool = { _ in false }
    ) {
        var places: [Trial] = []
        for host in destination.hosts {
            let leavesOutTLS = host.security.usesTLSIfItCan && isClear(host)
            for address in host.addresses.map({ $0.map(Optional.some) }) ?? [nil] {
                if let address, let source = destination.sourceAddress, address.protocol != source.protocol { continue }
                places.append(Trial(host: host, address: address, place: places.count, isClear: leavesOutTLS))
            }
        }
        if place > 0, place < places.count { places = Array(places[place...] + places[..<place]) }
        left = places.prefix(max(maximum, 1))
    }

    /// The first trial.
    mutating func begin() -> Next { advance() }

    /// What to do after the present trial came to nothing.
    mutating func failed(_ failure: SMTPEndpointFailure) -> Next {
        guard var trial = current else { preconditionFailure("a trial failed that was not begun") }
        if failure.kind == .tls, trial.host.security.usesTLSIfItCan, !trial.isClear {
            if case .tested = trial.security {
                trial.takesAnyCertificate = true
            } else {
                // T1: the same attempt again in clear.
                trial.isClear = true
            }
            current = trial
            return .trial(trial)
        }
        var failure = failure
        failure.host = trial.host.name
        failures.append(failure)
        return advance()
    }

    private mutating func advance() -> Next {
        if let trial = left.popFirst() {
            current = trial
            return .trial(trial)
        }
        return .exhausted(
            SMTPEndpointFailure.worst(of: failures)
                ?? SMTPEndpointFailure(
                    phase: .connect, message: "there is no address of the family of our source address"))
    }
}
