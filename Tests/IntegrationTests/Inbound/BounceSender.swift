import Dispatch
import Foundation
import Synchronization

/// Hands bounce messages to a port of 127.0.0.1 and tries again until each is answered with 250, as mail servers do.
final class BounceSender: Sendable {
    /// One bounce message and where it goes.
    struct Bounce: Sendable {
        var returnPath: String
        var message: String
    }

    private struct State {
        var next = 0
        var isStopped = false
        var accepted: [Int: Int] = [:]
    }

    private let port: Int
    private let bounces: [Bounce]
    private let state = Mutex(State())

    init(port: Int, bounces: [Bounce]) {
        self.port = port
        self.bounces = bounces
    }

    /// How many bounces were answered with 250 so far.
    var accepted: Int { state.withLock { $0.accepted.count } }

    /// Gives up what is not accepted.
    func stop() { state.withLock { $0.isStopped = true } }

    /// Sends all of them over some connections at once; returns when each has been accepted.
    func send(connections: Int) async {
        await withCheckedContinuation { continuation in
            // Threads of their own: the sockets block.
            DispatchQueue.global().async { [self] in
                DispatchQueue.concurrentPerform(iterations: connections) { _ in work() }
                continuation.resume()
            }
        }
    }

    private func work() {
        var connection: LoopbackConnection?
        while let number = take() {
            while !isStopped {
                if connection == nil { connection = greeted() }
                if let open = connection, Self.deliver(bounces[number], on: open) {
                    state.withLock { $0.accepted[number, default: 0] += 1 }
                    break
                }
                connection = nil
                usleep(20_000)
            }
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func take() -> Int? {
        state.withLock { state in
            guard state.next < bounces.count, !state.isStopped else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    private func greeted() -> LoopbackConnection? {
        guard let connection = LoopbackConnection(port: port), connection.firstLine()?.hasPrefix("220") ?? false,
            connection.ask("EHLO mx.example.net").hasPrefix("250")
        else { return nil }
        return connection
    }

    /// Whether the final dot was answered with 250.
    static func deliver(_ bounce: Bounce, on connection: LoopbackConnection) -> Bool {
        guard connection.ask("MAIL FROM:<>").hasPrefix("250"),
            connection.ask("RCPT TO:<\(bounce.returnPath)>").hasPrefix("250"), connection.ask("DATA").hasPrefix("354")
        else { return false }
        return connection.ask(bounce.message.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n.").hasPrefix("250")
    }
}
