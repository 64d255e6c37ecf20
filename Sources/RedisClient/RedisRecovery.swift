/// What can be done about a command that failed, without its caller.
///
/// Only a command that has certainly not been executed is repeated.
enum RedisRecovery: Equatable {
    /// The caller has to know.
    case none
    /// The caller has to know, and whether the server still serves should be found out.
    case lookAround
    /// Load the script there and repeat.
    case load
    /// The slot is served by another server for good.
    case moved(slot: Int, to: RedisEndpoint.Host)
    /// The slot is just being moved, and this key is already there.
    case ask(RedisEndpoint.Host)
    /// The same may succeed in a moment.
    ///
    /// - Parameter elsewhere: perhaps at another server.
    case later(elsewhere: Bool)

    /// - Parameter host: the server that the command was given to; a redirection without a name means the same host.
    init(after error: RedisError, at host: RedisEndpoint.Host) {
        switch error.code {
        case .notConnected, .closed:
            self = .later(elsewhere: true)
        case .timedOut:
            self = .lookAround
        case .server("NOSCRIPT"):
            self = .load
        case .server("MOVED"), .server("ASK"):
            self = Self.redirection(error, at: host)
        case .server("TRYAGAIN"), .server("LOADING"):
            self = .later(elsewhere: error.code == .server("LOADING"))
        case .server("CLUSTERDOWN"), .server("READONLY"), .server("MASTERDOWN"):
            self = .later(elsewhere: true)
        default:
            self = .none
        }
    }

    /// Reads `MOVED 3999 127.0.0.1:6381`.
    private static func redirection(_ error: RedisError, at host: RedisEndpoint.Host) -> RedisRecovery {
        guard let words = (error.underlyingError as? RedisErrorReply)?.text.split(separator: " "), words.count >= 3,
            let slot = Int(words[1]), (0..<RedisSlot.count).contains(slot),
            let colon = words[2].lastIndex(of: ":"), let port = Int(words[2][words[2].index(after: colon)...])
        else { return .none }
        let name = words[2][..<colon]
        let target = RedisEndpoint.Host(name.isEmpty ? host.name : String(name), port: port)
        return words[0] == "MOVED" ? .moved(slot: slot, to: target) : .ask(target)
    }
}
