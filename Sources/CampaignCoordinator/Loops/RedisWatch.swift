internal import Logging

/// Starts the embedded Redis again when its process dies; its append-only file brings the queue back.
struct RedisWatch: Loop {
    static let purpose = "keep Redis running"
    static let rest = Duration.seconds(1)

    let redis: EmbeddedRedis
    let logger: Logger

    func round() async throws -> Bool {
        if try redis.restartIfGone() {
            logger.warning("the embedded Redis had died and is started again", metadata: ["redis": "\(redis.endpoint)"])
        }
        return false
    }
}
