internal import ArgumentParser
internal import Logging

/// The option `--log-level` of the long-running roles.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How much to log to standard error (or POSTRIDER_LOG_LEVEL): \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "level"), transform: ArgumentReader.logLevel)
    var logLevel: Logger.Level?

    /// Sets logging up for this process, and answers its logger.
    func logger(_ label: String, _ settings: Settings) throws -> Logger {
        let level = try logLevel ?? settings.string(.logLevel).map(Self.level) ?? .notice
        LoggingSystem.bootstrap { ConsoleLogHandler(label: $0, logLevel: level) }
        return Logger(label: label)
    }

    private static func level(_ text: String) throws -> Logger.Level {
        do {
            return try ArgumentReader.logLevel(text)
        } catch {
            throw CommandError("logLevel (POSTRIDER_LOG_LEVEL): \(error)")
        }
    }
}
