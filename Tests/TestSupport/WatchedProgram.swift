internal import Foundation

/// A program that cannot outlive the test: `stop()` ends it, and so does the end of the whole test process.
final class WatchedProgram: Sendable {
    private let watcher: ChildProcess
    /// The end of a pipe whose closing ends the program.
    private let lifeline: Int32

    /// Runs the program as a child, ends it when standard input closes, and ends itself when it has ended.
    private static let script = """
        exec 3<&0
        "$@" </dev/null 3<&- &
        program=$!
        (cat <&3 >/dev/null; kill -9 $program) >/dev/null 2>&1 &
        watch=$!
        exec 3<&-
        wait $program
        kill $watch
        """

    /// Starts a program, whose output and errors go into a file.
    init(_ command: [String], log: URL) throws {
        var ends: [Int32] = [-1, -1]
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        // A socket pair, because it can be made so that no other child inherits it.
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ChildProcess.StartFailure(description: "No socket pair: errno \(errno).")
        }
        defer { close(ends[0]) }
        let output = open(log.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(output) }
        do {
            watcher = try ChildProcess(
                ["sh", "-c", Self.script, "sh"] + command, input: ends[0], output: output, errors: output)
        } catch {
            close(ends[1])
            throw error
        }
        lifeline = ends[1]
    }

    deinit { close(lifeline) }

    var isRunning: Bool { watcher.isRunning }

    /// Ends the program; waits only as long as the system needs to end it.
    func stop() {
        shutdown(lifeline, Int32(SHUT_RDWR))
        while watcher.isRunning { usleep(1000) }
    }
}
