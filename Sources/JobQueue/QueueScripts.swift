internal import RedisClient

/// The queue's Lua scripts: each is one transition, read from its own file under `Scripts/`.
enum QueueScripts {
    static let beat = script("beat", PackageResources.beat_lua)
    static let cancel = script("cancel", PackageResources.cancel_lua)
    static let claim = script("claim", PackageResources.claim_lua)
    static let control = script("control", PackageResources.control_lua)
    static let `defer` = script("defer", PackageResources.defer_lua)
    static let enqueue = script("enqueue", PackageResources.enqueue_lua)
    static let lead = script("lead", PackageResources.lead_lua)
    static let leave = script("leave", PackageResources.leave_lua)
    static let publish = script("publish", PackageResources.publish_lua)
    static let reap = script("reap", PackageResources.reap_lua)
    static let register = script("register", PackageResources.register_lua)
    static let release = script("release", PackageResources.release_lua)
    static let returnFlight = script("return_flight", PackageResources.return_flight_lua)
    static let settle = script("settle", PackageResources.settle_lua)
    static let status = script("status", PackageResources.status_lua)

    /// Puts the shared part between a script's shebang line, which must stand first, and its body.
    private static func script(_ name: String, _ file: [UInt8]) -> RedisScript {
        let text = String(decoding: file, as: UTF8.self)
        let shebang = text.prefix { $0 != "\n" }
        let body = text.dropFirst(shebang.count)
        let shared = String(decoding: PackageResources.common_lua, as: UTF8.self)
        return RedisScript(name: name, source: shebang + "\n" + shared + body)
    }
}
