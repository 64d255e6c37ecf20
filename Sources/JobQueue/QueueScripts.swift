internal import RedisClient

/// The queue's Lua scripts: each is one transition, read from its own file under `Scripts/`.
enum QueueScripts {
    static let adopt = script("adopt", PackageResources.adopt_lua)
    static let air = script("air", PackageResources.air_lua)
    static let backOff = script("backoff", PackageResources.backoff_lua, .lanes, .pace)
    static let beat = script("beat", PackageResources.beat_lua)
    static let callOff = script("calloff", PackageResources.calloff_lua, .lanes, .held)
    static let cancel = script("cancel", PackageResources.cancel_lua, .lanes)
    static let claim = script("claim", PackageResources.claim_lua, .lanes, .pace)
    static let control = script("control", PackageResources.control_lua, .lanes)
    static let `defer` = script("defer", PackageResources.defer_lua, .lanes, .held, .pace, .ended)
    static let enqueue = script("enqueue", PackageResources.enqueue_lua, .lanes)
    static let lead = script("lead", PackageResources.lead_lua)
    static let leave = script("leave", PackageResources.leave_lua)
    static let limit = script("limit", PackageResources.limit_lua, .lanes, .pace)
    static let mend = script("mend", PackageResources.mend_lua, .lanes, .pace)
    static let news = script("news", PackageResources.news_lua)
    static let paces = script("paces", PackageResources.paces_lua, .lanes, .pace)
    static let publish = script("publish", PackageResources.publish_lua, .lanes)
    static let reap = script("reap", PackageResources.reap_lua, .lanes, .held, .pace, .ended)
    static let redeliver = script("redeliver", PackageResources.redeliver_lua, .lanes)
    static let register = script("register", PackageResources.register_lua)
    static let release = script("release", PackageResources.release_lua, .lanes, .pace, .ended)
    static let resolve = script("resolve", PackageResources.resolve_lua, .lanes, .held)
    static let restore = script("restore", PackageResources.restore_lua)
    static let returnFlight = script("return_flight", PackageResources.return_flight_lua, .lanes, .held, .pace, .ended)
    static let settle = script("settle", PackageResources.settle_lua, .lanes, .held, .pace, .ended)
    static let status = script("status", PackageResources.status_lua)
    static let suppress = script("suppress", PackageResources.suppress_lua)
    static let tls = script("tls", PackageResources.tls_lua)

    /// What several scripts share beyond `common.lua`.
    private enum Part {
        case lanes, held, pace, ended

        var file: [UInt8] {
            switch self {
            case .lanes: PackageResources.lanes_lua
            case .held: PackageResources.held_lua
            case .pace: PackageResources.pace_lua
            case .ended: PackageResources.ended_lua
            }
        }
    }

    /// Puts the shared parts between a script's shebang line, which must stand first, and its body.
    ///
    /// Only the parts that it needs: every call of a script makes all of its functions anew.
    private static func script(_ name: String, _ file: [UInt8], _ parts: Part...) -> RedisScript {
        let text = String(decoding: file, as: UTF8.self)
        let shebang = text.prefix { $0 != "\n" }
        let body = text.dropFirst(shebang.count)
        let shared = ([PackageResources.common_lua] + parts.map(\.file)).map { String(decoding: $0, as: UTF8.self) }
        return RedisScript(name: name, source: shebang + "\n" + shared.joined(separator: "\n") + body)
    }
}
