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
public final class PostriderProcess: @unchecked Sendable {
    // Unchecked: Process is set up in init and only asked and signalled afterwards.
    private let process = Process()
    private let outputFile: URL
    private let errorFile: URL

    /// What a process that does not end within its time limit leaves as an error.
    public struct Hanging: Error, CustomStringConvertible {
        public var description: String
    }

    public init(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws {
        let folder = FileManager.default.temporaryDirectory
        let name = UUID().uuidString
        outputFile = folder.appendingPathComponent("postrider-\(name).out")
        errorFile = folder.appendingPathComponent("postrider-\(name).err")
        let inputFile = folder.appendingPathComponent("postrider-\(name).in")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        try Data(input.utf8).write(to: inputFile)
        defer { try? FileManager.default.removeItem(at: inputFile) }
        process.executableURL = Postrider.executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("POSTRIDER_") }
            .merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
    }

    deinit {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        for file in [outputFile, errorFile] { try? FileManager.default.removeItem(at: file) }
    }

    public var pid: Int32 { process.processIdentifier }
    public var isRunning: Bool { process.isRunning }
    /// All that it has printed to standard output so far.
    public var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }
    /// All that it has printed to standard error so far.
    public var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

    public func signal(_ signal: Int32) {
        Foundation.kill(process.processIdentifier, signal)
    }

    /// Waits for the end and answers the exit status, or 128 plus the signal that ended it.
    @discardableResult
    public func wait(limit: Duration = .seconds(60)) async throws -> Int32 {
        try await poll("\(process.arguments ?? []) did not end; it said: \(errors)", limit: limit) {
            !self.process.isRunning
        }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
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
