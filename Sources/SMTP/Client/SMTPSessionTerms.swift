/// What a session has to know of its host before the first word.
struct SMTPSessionTerms: Equatable {
    enum Encryption: Equatable {
        case none, opportunistic, required, implicit
    }

    var transport = SMTPHost.Transport.smtp
    var encryption = Encryption.none
    /// Whether a certificate that passed proves that the server is who it shall be.
    var authenticates = false
    var credentials: SMTPCredentials?
    /// Whether the server did not get on with pipelining: one command at a time, after HELO where nothing needs EHLO.
    var isSimple = false

    init() {}

    init(_ trial: SMTPTrials.Trial, isSimple: Bool) {
        transport = trial.host.transport
        encryption =
            switch trial.security {
            case .none: .none
            case .opportunistic, .tested: trial.isClear ? .none : .opportunistic
            case .required: .required
            case .implicit: .implicit
            }
        authenticates = trial.security.check.authenticates
        credentials = trial.host.credentials
        self.isSimple = isSimple
    }

    /// Whether nothing is needed that only EHLO can tell.
    var allowsHELO: Bool { transport == .smtp && encryption == .none && credentials == nil }
}
