internal import ArgumentParser
internal import Foundation
internal import RedisClient

/// The option `--redis`, for the roles that talk to Redis.
struct RedisOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Redis: redis://[USER@]HOST:PORT[/DB], unix:///PATH, redis-sentinel://HOST,HOST/NAME or redis-cluster://HOST,HOST; rediss with TLS (or POSTRIDER_REDIS; the password is in POSTRIDER_REDIS_PASSWORD).",
            valueName: "url"))
    var redis: String?

    /// Reads an address of Redis, and adds the password that is kept apart from it.
    static func endpoint(_ url: String, _ settings: Settings) throws -> RedisEndpoint {
        var endpoint = try RedisEndpoint(parsing: url)
        endpoint.password = endpoint.password ?? settings.string(.redisPassword)
        endpoint.sentinelPassword = endpoint.sentinelPassword ?? settings.string(.redisSentinelPassword)
        return endpoint
    }
}
