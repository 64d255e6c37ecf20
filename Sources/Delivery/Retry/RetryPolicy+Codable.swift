extension RetryPolicy: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case deferred, softBounced, maximumAge, jitter
    }

    /// Reads durations as texts such as `5m`; a missing key takes its standard value, an unknown one is an error.
    public init(from decoder: any Decoder) throws {
        let known = Key.allCases.map(\.rawValue)
        if let key = try decoder.firstKey(unknownTo: known) {
            throw RetryPolicyError(
                key: key, message: "this key is unknown; there are \(known.joined(separator: ", "))")
        }
        let container = try decoder.container(keyedBy: Key.self)
        func durations(_ key: Key) throws -> [Duration]? {
            try container.decodeIfPresent([String].self, forKey: key)?.map { try Self.duration($0, key: key.rawValue) }
        }
        let standard = Self.standard
        try self.init(
            deferred: durations(.deferred) ?? standard.deferred,
            softBounced: durations(.softBounced) ?? standard.softBounced,
            maximumAge: container.decodeIfPresent(String.self, forKey: .maximumAge)
                .map { try Self.duration($0, key: Key.maximumAge.rawValue) } ?? standard.maximumAge,
            jitter: container.decodeIfPresent(Double.self, forKey: .jitter) ?? standard.jitter)
    }

    /// Writes all four keys, durations as texts such as `5m`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(deferred.map(\.shortForm), forKey: .deferred)
        try container.encode(softBounced.map(\.shortForm), forKey: .softBounced)
        try container.encode(maximumAge.shortForm, forKey: .maximumAge)
        try container.encode(jitter, forKey: .jitter)
    }

    private static func duration(_ text: String, key: String) throws(RetryPolicyError) -> Duration {
        do throws(DurationError) {
            return try Duration(parsing: text)
        } catch {
            throw RetryPolicyError(key: key, message: error.description)
        }
    }
}
