/// How a connection is to be encrypted; always with TLS 1.2 or newer.
public enum SMTPSecurity: Hashable, Sendable {
    /// Never: the server is on this machine, or the way to it is trusted.
    case none
    /// STARTTLS (RFC 3207) where it is offered, with any certificate; in clear where it is not, or where it fails (RFC 7435).
    case opportunistic
    /// As ``opportunistic``, but first with this certificate: where it does not pass the attempt goes on with any.
    case tested(SMTPCertificateCheck)
    /// STARTTLS with this certificate, or no mail.
    case required(SMTPCertificateCheck)
    /// TLS from the first byte on (RFC 8314 §3), with this certificate, or no mail.
    case implicit(SMTPCertificateCheck)

    /// What is asked of the certificate where there is one.
    var check: SMTPCertificateCheck {
        switch self {
        case .none, .opportunistic: .none
        case .tested(let check), .required(let check), .implicit(let check): check
        }
    }

    /// Whether TLS is used where it can be, and mail goes all the same where it cannot.
    var usesTLSIfItCan: Bool {
        switch self {
        case .opportunistic, .tested: true
        case .none, .required, .implicit: false
        }
    }

    /// Whether mail may go in clear if it must.
    var allowsClear: Bool {
        switch self {
        case .none, .opportunistic, .tested: true
        case .required, .implicit: false
        }
    }
}

/// What is asked of a server's certificate.
public enum SMTPCertificateCheck: Hashable, Sendable {
    /// Any will do: this protects from those who listen, not from those who step in between.
    case none
    /// Signed by an authority that we trust, valid today, and for one of these names (RFC 6125 §6.4, wildcards included);
    /// a name may be an IP address.
    case names([String], trust: SMTPTrust = .system)
    /// One of these records of DNSSEC matches (RFC 7672); with DANE-TA the certificate must also be for the host's name or for
    /// one of `names`.
    case dane([SMTPCertificateAssociation], names: [String] = [])

    /// Whether the server has proved who it is once its certificate has passed.
    public var authenticates: Bool { self != .none }
}

/// Whose signatures count.
public enum SMTPTrust: Hashable, Sendable {
    /// The authorities that the operating system trusts.
    case system
    /// Those whose certificates (PEM) are in this file.
    case file(String)
}
