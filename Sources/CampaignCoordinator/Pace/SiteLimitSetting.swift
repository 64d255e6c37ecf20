internal import Delivery
internal import JobQueue

/// The limit of a site as people set it: `{"rate": "100/1m", "burst": 10, "connections": 5}`, each part optional.
public struct SiteLimitSetting: Hashable, Sendable {
    /// The limit as the queue takes it.
    let limit: SiteLimit

    /// Messages in a time, such as `100/1m`; as many as can be sent when `nil`.
    public var rate: String? { limit.rate.map(Self.text) }
    /// How many messages may go at once after a quiet time; one when `nil`.
    public var burst: Int? { limit.burst }
    /// The most messages under way at the same time; any number when `nil`.
    public var connections: Int? { limit.connections }

    /// Takes a limit in its parts.
    /// - Throws: ``CoordinatorError`` that names the part that is wrong, or says that there is none.
    public init(rate: String? = nil, burst: Int? = nil, connections: Int? = nil) throws {
        guard rate != nil || connections != nil else {
            throw CoordinatorError(.badInput, "a limit has a rate, such as 100/1m, or a number of connections, or both")
        }
        guard burst == nil || rate != nil else {
            throw CoordinatorError(.badInput, "a burst needs a rate, such as 100/1m")
        }
        limit = SiteLimit(
            rate: try rate.map(Self.rate), burst: try Self.checked(burst, "burst").flatMap { $0 == 1 ? nil : $0 },
            connections: try Self.checked(connections, "connections"))
    }

    private static func checked(_ number: Int?, _ name: String) throws -> Int? {
        guard let number, !(1...100_000).contains(number) else { return number }
        throw CoordinatorError(.badInput, "\(name): \(number) is not a number from 1 to 100000")
    }

    private static func rate(_ text: String) throws -> SiteLimit.Rate {
        let rate: MessageRate
        do throws(MessageRateError) {
            rate = try MessageRate(parsing: text)
        } catch {
            throw CoordinatorError(.badInput, "rate: \(error)")
        }
        let milliseconds = rate.interval.wholeMilliseconds
        guard milliseconds % 1000 == 0, (1...86400).contains(milliseconds / 1000) else {
            throw CoordinatorError(.badInput, "rate: its time must be whole seconds, from 1s to 24h, as in 100/1m")
        }
        return SiteLimit.Rate(messages: rate.messages, seconds: Int(milliseconds / 1000))
    }

    private static func text(_ rate: SiteLimit.Rate) -> String {
        "\(rate.messages)/\(Duration.seconds(rate.seconds).shortForm)"
    }
}

extension SiteLimitSetting: Codable {
    private enum Key: String, CodingKey {
        case rate, burst, connections
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        try self.init(
            rate: container.decodeIfPresent(String.self, forKey: .rate),
            burst: container.decodeIfPresent(Int.self, forKey: .burst),
            connections: container.decodeIfPresent(Int.self, forKey: .connections))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(rate, forKey: .rate)
        try container.encodeIfPresent(burst, forKey: .burst)
        try container.encodeIfPresent(connections, forKey: .connections)
    }
}
