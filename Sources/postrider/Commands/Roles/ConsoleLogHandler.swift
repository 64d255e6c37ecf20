internal import Foundation
internal import Logging

/// Writes each event as one line to standard error: time, level, who, what, and the values.
struct ConsoleLogHandler: LogHandler {
    private let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, logLevel: Logger.Level) {
        self.label = label
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var values = metadata
        if let provided = metadataProvider?.get() { values.merge(provided) { _, new in new } }
        if let own = event.metadata { values.merge(own) { _, new in new } }
        if let error = event.error { values["error"] = "\(error)" }
        StandardError.write(
            Self.line(time: Date(), level: event.level, label: label, message: "\(event.message)", values))
    }

    /// `2026-03-01T09:30:00.123Z NOTICE worker: worker started  worker.id=w1#3`.
    static func line(
        time: Date, level: Logger.Level, label: String, message: String, _ values: Logger.Metadata
    ) -> String {
        var line = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        line += " \(level.rawValue.uppercased()) \(label): \(message)"
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            line += "  \(key)=\(quoted("\(value)"))"
        }
        return line
    }

    /// A value on one line, in quotation marks when it holds spaces.
    private static func quoted(_ value: String) -> String {
        let flat = value.replacing("\n", with: "\\n").replacing("\r", with: "\\r")
        return flat.contains(" ") || flat.isEmpty ? "\"\(flat.replacing("\"", with: "'"))\"" : flat
    }
}
