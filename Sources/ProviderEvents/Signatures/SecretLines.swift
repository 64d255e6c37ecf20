internal import Foundation

/// The secrets in the text of a file: a line each; empty lines and those that begin with `#` are none.
public struct SecretLines: Hashable, Sendable {
    /// One, and another one while it is being changed.
    public static let most = 2

    public let secrets: [String]

    public init(_ text: String) {
        secrets = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}
