internal import ArgumentParser
internal import Delivery
internal import Logging

/// Reads arguments that are words of ours; a wrong one is answered with those that there are.
enum ArgumentReader {
    /// A status as people write it: `"Soft Bounced"`, `soft-bounced`, `SoftBounced`.
    static func outcome(_ text: String) throws -> Outcome {
        guard let outcome = Outcome(name: text) else { throw unknown(text, "a status", Outcome.allCases.map(\.name)) }
        return outcome
    }

    /// A phase of a delivery, such as `rcpt`.
    static func phase(_ text: String) throws -> DeliveryPhase {
        guard let phase = DeliveryPhase(rawValue: text.lowercased()) else {
            throw unknown(text, "a phase", DeliveryPhase.allCases.map(\.rawValue))
        }
        return phase
    }

    /// How much to log, such as `debug`.
    static func logLevel(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text.lowercased()) else {
            throw unknown(text, "a log level", Logger.Level.allCases.map(\.rawValue))
        }
        return level
    }

    private static func unknown(_ text: String, _ kind: String, _ known: [String]) -> ValidationError {
        ValidationError("\"\(text)\" is not \(kind); there are \(known.joined(separator: ", "))")
    }
}
