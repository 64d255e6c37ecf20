internal import Foundation

/// The client's words of one AUTH exchange (RFC 4954), as a value.
struct SMTPLogin: Equatable {
    /// The longest command line that every server takes (RFC 5321 §4.5.3.1.4), without its line end.
    private static let longestLine = 510

    /// The line that begins the exchange.
    let command: String
    /// What is still to be said, one answer to each 334.
    private var answers: [String]

    /// Chooses among the mechanisms that the server offers, in capitals; `nil` when none of them will do.
    init?(_ credentials: SMTPCredentials, offered: Set<String>) {
        let mechanism: String
        let response: String
        switch credentials.secret {
        case .password(let password) where offered.contains("PLAIN"):
            (mechanism, response) = ("PLAIN", Self.encoded("\0\(credentials.user)\0\(password)"))
        case .password(let password) where offered.contains("LOGIN"):
            command = "AUTH LOGIN"
            answers = [Self.encoded(credentials.user), Self.encoded(password)]
            return
        case .token(let token) where offered.contains("XOAUTH2"):
            (mechanism, response) = (
                "XOAUTH2", Self.encoded("user=\(credentials.user)\u{1}auth=Bearer \(token)\u{1}\u{1}")
            )
        default:
            return nil
        }
        let line = "AUTH \(mechanism) \(response)"
        if line.utf8.count <= Self.longestLine {
            command = line
            answers = []
        } else {
            // Too long for one line it waits for an empty challenge (RFC 4954 §4).
            command = "AUTH \(mechanism)"
            answers = [response]
        }
        // XOAUTH2 tells its errors in a challenge, and its verdict after an empty answer.
        if mechanism == "XOAUTH2" { answers.append("") }
    }

    /// The answer to a challenge; `*` gives up where nothing is left to say.
    mutating func answer() -> String {
        answers.isEmpty ? "*" : answers.removeFirst()
    }

    private static func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
