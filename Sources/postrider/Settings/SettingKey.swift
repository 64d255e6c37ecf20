/// What can be set in the environment and in the configuration file; the raw value is the key in the file.
enum SettingKey: String, CaseIterable {
    case coordinator, data, token, redis, redisPassword, redisSentinelPassword, listen, publicListen, highWater, shards,
        tokenKeyFile
    case relay, relayPassword, relayPasswordFile, relayCa, relayVerify, direct, divertTo
    case sourceAddress, heloName, connections, connectionsPerSite
    case domain, complaintsAddress, hostName, tlsCertificate, tlsKey, maxMessageSize, maxConnections
    case name, grace, backOff, probeInterval, lease, logLevel

    /// The variable of the environment: `POSTRIDER_REDIS_PASSWORD`.
    var variable: String {
        rawValue.reduce(into: "POSTRIDER_") { name, letter in
            if letter.isUppercase { name.append("_") }
            name.append(contentsOf: letter.uppercased())
        }
    }

    /// Whether its value is never shown.
    var isSecret: Bool { [.token, .redisPassword, .redisSentinelPassword, .relayPassword].contains(self) }
}
