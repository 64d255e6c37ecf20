/// A number of messages in a time, as people write it: `100/1m`.
public struct MessageRate: Sendable, Hashable {
    /// Above 0.
    public let messages: Int
    /// Above zero.
    public let interval: Duration

    /// Reads `100/1m`.
    ///
    /// - Throws: ``MessageRateError`` with a sentence for whoever wrote it.
    public init(parsing text: String) throws(MessageRateError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let messages = Int(parts[0]), (1...1_000_000).contains(messages) else {
            throw MessageRateError("“\(text)” is not a number of messages in a time; write it as 100/1m or 5/1s")
        }
        do throws(DurationError) {
            interval = try Duration(parsing: String(parts[1]))
        } catch {
            throw MessageRateError("\(error)")
        }
        guard interval > .zero else { throw MessageRateError("the time of “\(text)” is none") }
        self.messages = messages
    }

    /// The time from one message to the next.
    public var step: Duration { interval / messages }
}

/// Why a text is no rate.
public struct MessageRateError: Error, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
