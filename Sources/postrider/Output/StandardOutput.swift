internal import Foundation

/// Where results go; progress and remarks go to ``StandardError``, so that a pipe gets results only.
///
/// When nobody reads them any more (`| head`), the command ends; a role that goes on uses ``announce(_:)``.
enum StandardOutput {
    /// What a shell shows for a program that SIGPIPE has ended; NIO ignores that signal in the whole process.
    private static let brokenPipeStatus: Int32 = 128 + SIGPIPE

    /// Whether people look at it.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Writes a line (or several).
    static func write(_ line: String) {
        writePart(line + "\n")
    }

    /// Writes bytes as they are.
    static func write(bytes: [UInt8]) {
        switch Descriptor.write(bytes, to: STDOUT_FILENO) {
        case 0: return
        case EPIPE: exit(brokenPipeStatus)
        case let code:
            StandardError.write("Error: cannot write the results: \(String(cString: strerror(code)).lowercased())")
            exit(EXIT_FAILURE)
        }
    }

    /// Writes a text without adding a line end.
    static func writePart(_ text: String) {
        write(bytes: Array(text.utf8))
    }

    /// Writes a line that nothing depends on.
    static func announce(_ line: String) {
        _ = Descriptor.write(Array((line + "\n").utf8), to: STDOUT_FILENO)
    }
}

/// Where progress and remarks go; nothing depends on their being read.
enum StandardError {
    /// Whether people look at it.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a line (or several).
    static func write(_ line: String) {
        writePart(line + "\n")
    }

    /// Writes a text without adding a line end.
    static func writePart(_ text: String) {
        _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO)
    }
}

/// Writing as the system does it; `FileHandle` ends the process when a pipe is broken.
private enum Descriptor {
    /// Writes all of the bytes; answers 0, or the number of the error.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
