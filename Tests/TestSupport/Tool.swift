internal import Foundation

/// Runs a program of the system to its end, for what tests need done around them.
public enum Tool {
    /// Thrown when the program fails; holds what it said.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// Runs a program found on the search path and answers what it printed.
    @discardableResult
    public static func run(_ words: [String]) async throws -> String {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("tool-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        let nothing = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/null"))
        defer { for file in [handle, nothing] { try? file.close() } }
        let process = try ChildProcess(
            words, input: nothing.fileDescriptor, output: handle.fileDescriptor, errors: handle.fileDescriptor)
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        let text = try String(contentsOf: output, encoding: .utf8)
        guard process.status == 0 else {
            throw Failure(description: "\(words.joined(separator: " ")) failed: \(text)")
        }
        return text
    }
}
