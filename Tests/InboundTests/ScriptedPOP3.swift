import Synchronization
import TestSupport

/// A POP3 server whose mailbox changes while it is read, and which can be made to misbehave.
final class ScriptedPOP3: Sendable {
    /// What is wrong with it.
    struct Quirks: Sendable {
        var hasUniqueIDs = true
        var refused: Set<String> = []
        /// What may be read and not deleted.
        var locked: Set<String> = []
        /// Called before each command; what it answers is what is done in its place.
        var intercept: @Sendable (_ command: String, _ connection: Int) -> LineServer.Answer? = { _, _ in nil }
    }

    private struct State {
        var messages: [(id: String, text: String)]
        /// What a session numbers, and what it has marked as deleted.
        var sessions: [Int: (ids: [String], deleted: Set<String>)] = [:]
    }

    private let state: Mutex<State>
    private let quirks: Quirks

    init(_ messages: [(id: String, text: String)], _ change: (inout Quirks) -> Void = { _ in }) {
        state = Mutex(State(messages: messages))
        var quirks = Quirks()
        change(&quirks)
        self.quirks = quirks
    }

    /// The messages that there are.
    var ids: [String] { state.withLock { $0.messages.map(\.id) } }

    /// Another client removes a message.
    func remove(_ id: String) { state.withLock { $0.messages.removeAll { $0.id == id } } }

    func start() async throws -> LineServer {
        try await LineServer.start(greeting: "+OK ready\r\n") { [self] line, connection in
            quirks.intercept(line, connection) ?? answer(line, connection)
        }
    }

    private func answer(_ line: String, _ connection: Int) -> LineServer.Answer {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "CAPA": return .say("+OK\r\nUSER\r\n.\r\n")
        case "USER": return .say("+OK\r\n")
        case "PASS":
            state.withLock { state in state.sessions[connection] = (state.messages.map(\.id), []) }
            return .say("+OK\r\n")
        case "UIDL" where quirks.hasUniqueIDs:
            let ids = state.withLock { $0.sessions[connection]?.ids } ?? []
            let lines = ids.enumerated().map { "\($0.offset + 1) \($0.element)\r\n" }.joined()
            return .say("+OK\r\n\(lines).\r\n")
        case "RETR": return .say(retrieve(Int(words[1]) ?? 0, connection))
        case "DELE":
            return state.withLock { state in
                guard let ids = state.sessions[connection]?.ids, let number = Int(words[1]), number <= ids.count,
                    !quirks.locked.contains(ids[number - 1])
                else { return .say("-ERR locked\r\n") }
                state.sessions[connection]?.deleted.insert(ids[number - 1])
                return .say("+OK\r\n")
            }
        case "QUIT":
            state.withLock { state in
                let deleted = state.sessions[connection]?.deleted ?? []
                state.messages.removeAll { deleted.contains($0.id) }
            }
            return .hangUp("+OK\r\n")
        default: return .say("-ERR unknown command\r\n")
        }
    }

    private func retrieve(_ number: Int, _ connection: Int) -> String {
        state.withLock { state in
            guard let ids = state.sessions[connection]?.ids, ids.indices.contains(number - 1),
                let message = state.messages.first(where: { $0.id == ids[number - 1] }),
                !quirks.refused.contains(message.id)
            else { return "-ERR there is no such message\r\n" }
            return "+OK\r\n\(message.text)\r\n.\r\n"
        }
    }
}
