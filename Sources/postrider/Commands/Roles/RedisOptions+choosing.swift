internal import ArgumentParser
internal import CampaignCoordinator
internal import Foundation
internal import RedisClient

extension RedisOptions {
    /// Redis, by its address or by the data directory of the coordinator that has started one; flags come first.
    func endpoint(data: String?, _ settings: Settings) throws -> RedisEndpoint {
        if let redis { return try Self.endpoint(redis, settings) }
        if let data { return try Self.embedded(in: data) }
        if let url = settings.string(.redis) { return try Self.endpoint(url, settings) }
        if let data = settings.string(.data) { return try Self.embedded(in: data) }
        throw Self.notNamed
    }

    /// Makes sure that a Redis is named in one of these ways.
    func validate(data: String?, _ settings: Settings) throws {
        guard redis != nil || data != nil || settings.string(.redis) != nil || settings.string(.data) != nil else {
            throw Self.notNamed
        }
    }

    private static let notNamed = ValidationError(
        "name Redis with --redis URL (or POSTRIDER_REDIS), or the coordinator's data directory with --data DIR")

    private static func embedded(in directory: String) throws -> RedisEndpoint {
        let socket = DataDirectory.redisSocket(in: directory)
        guard FileManager.default.fileExists(atPath: socket) else {
            throw CommandError(
                "there is no Redis at \(socket); start the coordinator first (postrider coordinator --data \(directory)), or, if it "
                    + "uses a Redis elsewhere, name that with --redis")
        }
        return RedisEndpoint(unixSocketPath: socket)
    }
}
