public import Foundation

/// Runs the `postrider` program that was built beside the tests.
public enum Postrider {
    /// What a command printed and how it ended.
    public struct Output: Sendable {
        public var status: Int32
        public var output: String
        public var errors: String
    }

    /// The program, in the folder that the test bundle is in.
    public static var executable: URL {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        let folder = (bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])).deletingLastPathComponent()
        return folder.appendingPathComponent("postrider")
    }

    /// Runs a command to its end, within a time limit that only a hanging program reaches.
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", limit: Duration = .seconds(120)
    ) async throws -> Output {
        let process = try PostriderProcess(arguments, environment: environment, input: input)
        let status = try await process.wait(limit: limit)
        return Output(status: status, output: process.output, errors: process.errors)
    }
}

/// A running `postrider`, which is killed at the latest when this value goes.
public final class PostriderProcess: Sendable {
    private let process: ChildProcess
    private let arguments: [String]
    private let outputFile: URL
    private let errorFile: URL

    /// What a process that does not end within its time limit leaves as an error.
    public struct Hanging: Error, CustomStringConvertible {
        public var description: String
    }

    public init(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws {
        self.arguments = arguments
        let folder = FileManager.default.temporaryDirectory
        let name = UUID().uuidString
        outputFile = folder.appendingPathComponent("postrider-\(name).out")
        errorFile = folder.appendingPathComponent("postrider-\(name).err")
        let inputFile = folder.appendingPathComponent("postrider-\(name).in")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        try Data(input.utf8).write(to: inputFile)
        defer { try? FileManager.default.removeItem(at: inputFile) }
        let files = [
            try FileHandle(forReadingFrom: inputFile), try FileHandle(forWritingTo: outputFile),
            try FileHandle(forWritingTo: errorFile),
        ]
        defer { for file in files { try? file.close() } }
        process = try ChildProcess(
            [Postrider.executable.path] + arguments,
            environment: ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("POSTRIDER_") }
                .merging(environment) { $1 },
            input: files[0].fileDescriptor, output: files[1].fileDescriptor, errors: files[2].fileDescriptor)
    }

    deinit {
        process.signal(SIGKILL)
        // It ends within a moment, and is collected then: so many are started that none may stay behind.
        while process.isRunning { usleep(1000) }
        for file in [outputFile, errorFile] { try? FileManager.default.removeItem(at: file) }
    }

    public var pid: Int32 { process.pid }
    public var isRunning: Bool { process.isRunning }
    /// All that it has printed to standard output so far.
    public var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }
    /// All that it has printed to standard error so far.
    public var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

    public func signal(_ signal: Int32) { process.signal(signal) }

    /// Waits for the end and answers the exit status, or 128 plus the signal that ended it.
    @discardableResult
    public func wait(limit: Duration = .seconds(60)) async throws -> Int32 {
        try await poll("\(arguments) did not end; it said: \(errors)", limit: limit) { !self.process.isRunning }
        return process.status ?? 0
    }
}

/// Waits until a condition holds, looking every 20 ms.
///
/// - Throws: ``PostriderProcess/Hanging`` when it does not within the limit.
public func poll(
    _ failure: @autoclosure () -> String, limit: Duration = .seconds(60), until condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw PostriderProcess.Hanging(description: failure()) }
        try await Task.sleep(for: .milliseconds(20))
    }
}
