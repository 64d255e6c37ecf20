import NIOCore
import Synchronization

/// The open connections of a server, so that they can be counted, and closed with it.
final class SMTPServerConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    /// What becomes of a new connection.
    enum Admission {
        case admitted
        /// There are as many as may be.
        case full
        /// The server is closed already.
        case closed
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = .max) {
        self.limit = limit
    }

    /// Remembers the channel until it closes, if it is admitted.
    func add(_ channel: any Channel) -> Admission {
        let identifier = ObjectIdentifier(channel)
        let admission = state.withLock { state -> Admission in
            if state.isClosed { return .closed }
            guard state.channels.count < limit else { return .full }
            state.channels[identifier] = channel
            return .admitted
        }
        guard admission == .admitted else { return admission }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.channels.removeValue(forKey: identifier) }
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
