/// What can be set in the environment and in the configuration file; the raw value is the key in the file.
enum SettingKey: String, CaseIterable {
    case coordinator, data, token, redis, redisPassword, relay, listen, highWater, shards, connections, name, grace,
        backOff
    case probeInterval, lease, logLevel

    /// The variable of the environment: `POSTRIDER_REDIS_PASSWORD`.
    var variable: String {
        rawValue.reduce(into: "POSTRIDER_") { name, letter in
            if letter.isUppercase { name.append("_") }
            name.append(contentsOf: letter.uppercased())
        }
    }

    /// Whether its value is never shown.
    var isSecret: Bool { self == .token || self == .redisPassword }
}
