extension RedisEndpoint {
    /// Reads what stands behind the question mark of an address.
    mutating func takeQuery(_ query: Substring?) throws(RedisError) {
        for item in (query ?? "").split(separator: "&") {
            let (name, text) = Self.split(item, at: "=")
            guard let text, !text.isEmpty else {
                throw RedisError(.invalidEndpoint, "The parameter \"\(name)\" of the Redis address has no value.")
            }
            try take(name, try Self.decoded(text))
        }
        guard (tls?.certificateFile == nil) == (tls?.keyFile == nil) else {
            throw RedisError(
                .invalidEndpoint, "A client certificate needs its key, and a key its certificate: cert=FILE&key=FILE.")
        }
    }

    private mutating func take(_ name: Substring, _ value: String) throws(RedisError) {
        switch name {
        case "db", "database": database = try Self.database(value[...])
        case "cacert": try setTLS(name, \.authorityFile, value)
        case "cert": try setTLS(name, \.certificateFile, value)
        case "key": try setTLS(name, \.keyFile, value)
        case "servername": try setTLS(name, \.serverName, value)
        case "verify": try setTLS(name, \.verification, try Self.verification(value))
        case "sentineluser": try setSentinel(name, \.sentinelUsername, value)
        case "sentinelpassword": try setSentinel(name, \.sentinelPassword, value)
        default:
            throw RedisError(
                .invalidEndpoint,
                "A Redis address knows the parameters db, cacert, cert, key, servername, verify, sentineluser and "
                    + "sentinelpassword, not \"\(name)\".")
        }
    }

    private mutating func setTLS<Value>(
        _ name: Substring, _ field: WritableKeyPath<RedisTLS, Value>, _ value: Value
    ) throws(RedisError) {
        guard tls != nil else {
            throw RedisError(
                .invalidEndpoint,
                "The parameter \"\(name)\" of the Redis address is about TLS: begin the address with rediss instead of redis."
            )
        }
        tls?[keyPath: field] = value
    }

    private mutating func setSentinel(
        _ name: Substring, _ field: WritableKeyPath<RedisEndpoint, String?>, _ value: String
    ) throws(RedisError) {
        guard case .sentinels = address else {
            throw RedisError(
                .invalidEndpoint, "The parameter \"\(name)\" of the Redis address belongs to redis-sentinel:// only.")
        }
        self[keyPath: field] = value
    }

    private static func verification(_ value: String) throws(RedisError) -> RedisTLS.Verification {
        switch value {
        case "full": return .full
        case "none": return .none
        default:
            throw RedisError(
                .invalidEndpoint, "\"verify\" in a Redis address is full or none, not \"\(value)\".")
        }
    }
}
