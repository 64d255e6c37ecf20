internal import ArgumentParser
internal import Foundation
internal import RedisClient

/// The option `--redis`, for the roles that talk to Redis.
struct RedisOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Redis: redis://[USER@]HOST:PORT[/DB] or unix:///PATH (or POSTRIDER_REDIS; the password is in POSTRIDER_REDIS_PASSWORD).",
            valueName: "url"))
    var redis: String?

    /// Reads an address of Redis, and adds the password that is kept apart from it.
    static func endpoint(_ url: String, _ settings: Settings) throws -> RedisEndpoint {
        var endpoint = try RedisEndpoint(parsing: url)
        if endpoint.password == nil { endpoint.password = settings.string(.redisPassword) }
        return endpoint
    }
}
