internal import Foundation

/// The server's side of one AUTH exchange (RFC 4954), as a value: PLAIN (RFC 4616) and LOGIN.
enum SMTPServerLogin: Equatable {
    case plain
    case user
    case password(user: String)

    enum Step: Equatable {
        /// Say this 334, and give the next line to the exchange that goes on.
        case challenge(SMTPServerReply, SMTPServerLogin)
        case check(user: String, password: String)
        case refuse(SMTPServerReply)
    }

    static func begin(_ mechanism: String, _ response: String?) -> Step {
        switch (mechanism.uppercased(), response) {
        case ("PLAIN", nil): .challenge(.emptyChallenge, .plain)
        case ("PLAIN", let response?): plain.received(response)
        case ("LOGIN", nil): .challenge(.userChallenge, .user)
        case ("LOGIN", let response?): user.received(response)
        default: .refuse(.unknownMechanism)
        }
    }

    /// Takes the client's next line.
    func received(_ line: String) -> Step {
        if line == "*" { return .refuse(.loginCancelled) }
        guard let data = Data(base64Encoded: line), let text = String(data: data, encoding: .utf8) else {
            return .refuse(.loginMalformed)
        }
        switch self {
        case .plain:
            let parts = text.split(separator: "\0", omittingEmptySubsequences: false)
            guard parts.count == 3, !parts[1].isEmpty else { return .refuse(.loginMalformed) }
            return .check(user: String(parts[1]), password: String(parts[2]))
        case .user:
            return .challenge(.passwordChallenge, .password(user: text))
        case .password(let user):
            return .check(user: user, password: text)
        }
    }
}
