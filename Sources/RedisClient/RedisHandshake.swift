/// The commands that make a fresh connection usable, and what their replies mean.
///
/// All of them go out in one write. `PING` comes last: unlike the others, Redis refuses it while it loads its data.
struct RedisHandshake {
    private enum Step: Equatable {
        case login
        case selectDatabase
        case setName
        case role
        case ping
    }

    /// What the replies so far come to.
    enum Verdict {
        case goOn
        case ready
        /// The server is up but not ready to serve: the same commands may succeed in a moment.
        case tryAgain(RedisError)
        case failed(RedisError)
    }

    private let endpoint: RedisEndpoint
    private var steps: [Step]
    private var answered = 0
    /// The first reply that says "not yet"; the later ones have to be awaited before asking again.
    private var notYet: RedisError?

    let commands: [RedisCommand]

    init(endpoint: RedisEndpoint, clientName: String?, requiresPrimary: Bool = false) {
        self.endpoint = endpoint
        var steps: [Step] = []
        var commands: [RedisCommand] = []
        if endpoint.username != nil || endpoint.password != nil {
            steps.append(.login)
            let user = endpoint.username.map { [RedisArgument($0)] } ?? []
            commands.append(RedisCommand(head: ["AUTH"] + user + [RedisArgument(endpoint.password ?? "")]))
        }
        if endpoint.database != 0 {
            steps.append(.selectDatabase)
            commands.append(RedisCommand(head: ["SELECT", RedisArgument(endpoint.database)]))
        }
        if let clientName {
            steps.append(.setName)
            commands.append(RedisCommand(head: ["CLIENT", "SETNAME", RedisArgument(clientName)]))
        }
        if requiresPrimary {
            steps.append(.role)
            commands.append(RedisCommand(head: ["ROLE"]))
        }
        steps.append(.ping)
        commands.append(RedisCommand(head: ["PING"]))
        self.steps = steps
        self.commands = commands
    }

    mutating func received(_ reply: RedisValue) -> Verdict {
        let step = steps[answered]
        answered += 1
        if step == .role, let role = reply.elements?.first?.text, role != "master" {
            return .failed(
                RedisError(
                    .isReplica, "Redis at \(endpoint) is a replica now; its sentinels will name the new primary."))
        }
        if case .error(let error) = reply, let failure = failure(of: step, error) {
            guard Self.passingCodes.contains(error.code) else { return .failed(failure) }
            notYet = notYet ?? failure
        }
        guard answered == steps.count else { return .goOn }
        return notYet.map { .tryAgain($0) } ?? .ready
    }

    /// Errors that end by themselves: data being loaded, a script that runs too long, a replica finding its primary.
    private static let passingCodes: Set<String> = ["LOADING", "BUSY", "MASTERDOWN"]

    /// What an error reply means to the operator; nil if the connection is usable all the same.
    private func failure(of step: Step, _ error: RedisErrorReply) -> RedisError? {
        switch (step, error.code) {
        case (_, let code) where Self.passingCodes.contains(code):
            return RedisError(.loading, "Redis at \(endpoint) is up but not ready to serve yet (\(error.text)).")
        case (.login, "WRONGPASS"):
            let user = endpoint.username ?? "default"
            return RedisError(
                .authenticationFailed,
                "Redis at \(endpoint) refuses the user \"\(user)\" with this password. Check both against its "
                    + "users (ACL LIST) or its requirepass setting.")
        case (.login, "ERR") where error.text.contains("without any password configured"):
            return RedisError(
                .authenticationFailed,
                "Redis at \(endpoint) has no password set, but one was given. Leave it out, or set one in Redis.")
        case (_, "NOAUTH"):
            return RedisError(
                .authenticationFailed,
                "Redis at \(endpoint) wants a password, and none was given. Put it into the address: "
                    + "redis://[user]:password@host.")
        case (.selectDatabase, "ERR"):
            return RedisError(
                .noSuchDatabase,
                "Redis at \(endpoint) has no database \(endpoint.database) (\(error.text)). Choose a smaller number, or "
                    + "raise its databases setting.")
        case (.setName, _), (.role, "NOPERM"), (.ping, "NOPERM"):
            return nil
        default:
            return RedisError(.server(error.code), "Redis at \(endpoint) refuses the connection: \(error.text)")
        }
    }
}
