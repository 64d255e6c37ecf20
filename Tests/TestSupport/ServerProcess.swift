public import Foundation
import Synchronization

/// A server of the system that runs in the foreground, watched by a shell that ends it when its owner is gone, however that ends.
public final class ServerProcess: Sendable {
    private let watcher: ChildProcess
    /// The writing end of the watcher's standard input; closing it ends the server.
    private let lifeline: Mutex<Int32?>

    /// Runs the server as the leader of a group of its own.
    ///
    /// When standard input closes, the group is asked to end, and so is the process whose number is in the file $2 (a server
    /// may lead another group); ten seconds later both are killed.
    private static let watcherScript = """
        exec 3<&0
        output=$1 number=$2
        shift 2
        setsid "$@" </dev/null >"$output" 2>&1 3<&- &
        server=$!
        end() {
            kill "$1" -- -$server
            main=$(cat "$number" 2>/dev/null) && kill "$1" $main
        }
        (
            cat <&3 >/dev/null
            end -TERM
            sleep 10
            end -KILL
        ) >/dev/null 2>&1 &
        watch=$!
        wait $server
        main=$(cat "$number" 2>/dev/null)
        while [ -n "$main" ] && kill -0 $main 2>/dev/null; do sleep 0.05; done
        kill $watch
        """

    /// Starts it; what it prints goes to the file `output` of the directory.
    ///
    /// - Parameter numberFile: where the server writes the number of its main process, if that is not the one started.
    public init(_ command: [String], directory: URL, numberFile: String = "no-such-file") throws {
        var ends: [Int32] = [-1, -1]
        // A socket pair, because it can be made so that no other child inherits it.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ChildProcess.StartFailure(description: "No socket pair: errno \(errno).")
        }
        defer { close(ends[0]) }
        let nowhere = open("/dev/null", O_WRONLY)
        defer { close(nowhere) }
        let files = [directory.appending(path: "output").path, directory.appending(path: numberFile).path]
        do {
            watcher = try ChildProcess(
                ["bash", "-c", Self.watcherScript, "bash"] + files + command, input: ends[0], output: nowhere,
                errors: nowhere)
        } catch {
            close(ends[1])
            throw error
        }
        lifeline = Mutex(ends[1])
    }

    deinit {
        release()
        // It ends in order within a moment, and is collected then.
        while watcher.isRunning { usleep(2000) }
    }

    public var isRunning: Bool { watcher.isRunning }

    /// Ends the server and waits until it is gone.
    public func stop() async {
        release()
        while watcher.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
    }

    private func release() {
        lifeline.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }
}
