internal import Delivery
internal import Yams

/// The YAML file that says when to try again.
enum RetryFile {
    /// Reads the file.
    ///
    /// - Throws: ``CommandError`` naming the file, and the key that is unknown or whose value is wrong.
    static func read(_ path: String) throws -> RetryPolicy {
        let text = try InputFile.text(path)
        do {
            guard let node = try Yams.compose(yaml: text) else { return .standard }
            guard node.mapping != nil else {
                throw CommandError("\(path) must be lines of the form key: value, such as deferred: [5m, 10m]")
            }
            return try YAMLDecoder().decode(RetryPolicy.self, from: text)
        } catch {
            throw problem(error, path)
        }
    }

    private static func problem(_ error: any Error, _ path: String) -> CommandError {
        switch error {
        case let error as CommandError: return error
        case let error as RetryPolicyError: return CommandError("\(path): \(error.key): \(error.message)")
        case let error as DecodingError:
            // Yams wraps what the policy itself has found.
            if let inner = innerProblem(error) { return problem(inner, path) }
            return CommandError("\(path): \(words(for: error))")
        case let error as YamlError: return CommandError("\(path) is not YAML: \(error)")
        default: return CommandError("\(path): \(error)")
        }
    }

    private static func innerProblem(_ error: DecodingError) -> RetryPolicyError? {
        if case .dataCorrupted(let context) = error { context.underlyingError as? RetryPolicyError } else { nil }
    }

    private static func words(for error: DecodingError) -> String {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            let key = context.codingPath.first?.stringValue ?? "the file"
            return switch key {
            case "deferred", "softBounced": "\(key): it must be a list of delays, such as [5m, 10m]"
            case "maximumAge": "maximumAge: it must be a time, such as 4d"
            case "jitter": "jitter: it must be a number from 0 to 1, such as 0.2"
            default: "\(key): \(context.debugDescription)"
            }
        @unknown default: return "\(error)"
        }
    }
}
