/// What a server's state machine has to know of how the server is set up.
struct SMTPServerTerms: Equatable {
    var isLMTP = false
    /// Whether STARTTLS is offered as long as the connection is in clear.
    var offersTLS = false
    /// Whether MAIL is refused before STARTTLS.
    var requiresTLS = false
    /// Whether TLS is on from the first byte on.
    var isSecured = false
    /// Whether MAIL is refused before AUTH.
    var requiresLogin = false

    init() {}

    init(_ configuration: SMTPServerConfiguration) {
        isLMTP = configuration.isLMTP
        isSecured = configuration.tls?.isImplicit ?? false
        offersTLS = configuration.tls.map { !$0.isImplicit } ?? false
        requiresTLS = configuration.tls?.isRequired ?? false
        requiresLogin = configuration.login != nil
    }
}
