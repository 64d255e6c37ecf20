import NIOCore
import Synchronization

/// The open connections of a server, so that they can be closed with it.
final class SMTPServerConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Remembers the channel until it closes; false when the server is closed already.
    func add(_ channel: any Channel) -> Bool {
        let identifier = ObjectIdentifier(channel)
        let isOpen = state.withLock { state in
            if !state.isClosed { state.channels[identifier] = channel }
            return !state.isClosed
        }
        guard isOpen else { return false }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.channels.removeValue(forKey: identifier) }
        }
        return true
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
