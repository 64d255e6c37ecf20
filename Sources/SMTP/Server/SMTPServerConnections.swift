import NIOCore
import Synchronization

/// The open connections of a server, so that they can be counted, and closed with it.
final class SMTPServerConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// How many of them each client's address has.
        var counts: [String: Int] = [:]
        var isClosed = false
    }

    /// What becomes of a new connection.
    enum Admission {
        case admitted
        /// There are as many as may be.
        case full
        /// This client has as many as it may have.
        case clientIsFull
        /// The server is closed already.
        case closed
    }

    private let limit: Int
    private let clientLimit: Int
    private let state = Mutex(State())

    init(limit: Int = .max, clientLimit: Int = .max) {
        self.limit = limit
        self.clientLimit = clientLimit
    }

    /// Remembers the channel until it closes, if it is admitted.
    ///
    /// - Parameter client: the address that it comes from; `nil` for one that may have as many as there are.
    func add(_ channel: any Channel, from client: String? = nil) -> Admission {
        let identifier = ObjectIdentifier(channel)
        let admission = state.withLock { state -> Admission in
            if state.isClosed { return .closed }
            guard state.channels.count < limit else { return .full }
            if let client {
                guard state.counts[client, default: 0] < clientLimit else { return .clientIsFull }
                state.counts[client, default: 0] += 1
            }
            state.channels[identifier] = channel
            return .admitted
        }
        guard admission == .admitted else { return admission }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { state in
                state.channels[identifier] = nil
                guard let client, let count = state.counts[client] else { return }
                state.counts[client] = count > 1 ? count - 1 : nil
            }
        }
        return .admitted
    }

    /// Takes out all of them, and no more are added.
    func removeAll() -> [any Channel] {
        state.withLock { state in
            state.isClosed = true
            defer { state.channels = [:] }
            return Array(state.channels.values)
        }
    }
}
