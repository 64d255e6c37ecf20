import Foundation
import Synchronization

/// A child process of the tests, which hears all signals.
///
/// Foundation's `Process` hands down the blocked signals of whatever thread it is on, keeps its files open for good, and
/// crashes when very many are open.
final class ChildProcess: Sendable {
    /// Thrown when a program cannot be started.
    struct StartFailure: Error, CustomStringConvertible {
        var description: String
    }

    let pid: pid_t
    /// How it ended, once it has, as `waitpid` says it.
    private let end = Mutex<Int32?>(nil)

    /// Starts a program with the descriptors that shall be its standard input, output and errors.
    init(
        _ command: [String], environment: [String: String] = ProcessInfo.processInfo.environment,
        input: Int32, output: Int32, errors: Int32
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [input, output, errors].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        Self.keepDescriptors()
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, command[0], &actions, &attributes, arguments, variables)
        guard failure == 0 else {
            throw StartFailure(description: "\(command[0]) cannot be started: errno \(failure).")
        }
        self.pid = pid
    }

    /// Lets no child inherit what this process has open: a socket that a test closes must be closed.
    private static func keepDescriptors() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    /// Whether it runs still; collects it when it does not.
    var isRunning: Bool { status == nil }

    /// The exit status, or 128 plus the signal that ended it; `nil` while it runs.
    var status: Int32? {
        end.withLock { end in
            if end == nil {
                var status: Int32 = 0
                if waitpid(pid, &status, WNOHANG) == pid { end = status }
            }
            return end.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
        }
    }

    /// Signals it, unless it has ended: then its number may be another's.
    func signal(_ signal: Int32) {
        end.withLock { end in
            if end == nil { _ = kill(pid, signal) }
        }
    }
}
