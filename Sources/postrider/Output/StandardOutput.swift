internal import Foundation

/// Where results go; progress and remarks go to ``StandardError``, so that a pipe gets results only.
enum StandardOutput {
    /// Whether people look at it.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Writes a line (or several).
    static func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Writes bytes as they are.
    static func write(bytes: [UInt8]) {
        FileHandle.standardOutput.write(Data(bytes))
    }

    /// Writes a text without adding a line end.
    static func writePart(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}

/// Where progress and remarks go.
enum StandardError {
    /// Whether people look at it.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a line (or several).
    static func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Writes a text without adding a line end.
    static func writePart(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
