internal import CCurl

extension CurlSession {
    /// What went wrong, in words for the operator and never with a password.
    struct Failure: Error, CustomStringConvertible {
        /// libcurl's number of it.
        var code: UInt32
        /// Whose mailbox and where it is.
        var place: String
        /// libcurl's words for it.
        var words: String
        /// What the server has said.
        var lines: [String]

        /// The server has refused this one request; the next one is answered.
        var isRefusal: Bool { isOne(of: CURLE_QUOTE_ERROR, CURLE_REMOTE_FILE_NOT_FOUND, CURLE_WEIRD_SERVER_REPLY) }

        /// The connection has ended, or nothing came over it any more: another one may do.
        var isLoss: Bool {
            isOne(
                of: CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_OPERATION_TIMEDOUT, CURLE_PARTIAL_FILE,
                CURLE_COULDNT_CONNECT)
        }

        private func isOne(of codes: CURLcode...) -> Bool { codes.contains { $0.rawValue == code } }

        /// The last line by which the server has refused something, without its tag: `NO [NONEXISTENT] Unknown mailbox`.
        var refusal: String? {
            for line in lines.reversed() {
                if line.hasPrefix("-ERR") { return line }
                let words = line.split(separator: " ", maxSplits: 1)
                guard words.count == 2, words[0] != "*", words[1].hasPrefix("NO") || words[1].hasPrefix("BAD") else {
                    continue
                }
                return String(words[1])
            }
            return nil
        }

        var description: String {
            // A goodbye that is followed by something answers ours.
            let said =
                (refusal ?? lines.last.flatMap { $0.hasPrefix("* BYE") ? $0 : nil }).map {
                    "; the server says: \($0.prefix(200))"
                } ?? ""
            return "\(place): \(words)\(said)\(remedy.map { " (\($0))" } ?? "")"
        }

        /// What the operator may do about it.
        private var remedy: String? {
            switch CURLcode(code) {
            // For libcurl this is a login that was denied.
            case CURLE_LOGIN_DENIED where words.hasPrefix("Select failed"):
                "look whether the mailbox is there, and is written as the server writes it"
            case CURLE_LOGIN_DENIED: "look at the user in the address and at the password in --password-file"
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
                "write the server's name as its certificate has it, and name the authority with --mailbox-ca if it is your own"
            case CURLE_USE_SSL_FAILED: "the server offers no STARTTLS: use imaps:// or pop3s://"
            case CURLE_SSL_CONNECT_ERROR:
                "look whether this port speaks TLS from the first byte on: imap:// and pop3:// begin in clear"
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
                "look at the name and the port, and whether the server runs"
            default: nil
            }
        }
    }
}
