/// Which servers there are at this moment, and which serves which key.
enum RedisTopology: Sendable, Equatable {
    case primary(RedisEndpoint.Host)
    case cluster(RedisSlotMap)

    /// The servers that take commands.
    var hosts: [RedisEndpoint.Host] {
        switch self {
        case .primary(let host): [host]
        case .cluster(let map): map.masters
        }
    }

    /// The server of a slot; nil if there is none now.
    func host(of slot: Int) -> RedisEndpoint.Host? {
        switch self {
        case .primary(let host): host
        case .cluster(let map): map.master(of: slot)
        }
    }

    mutating func move(_ slot: Int, to host: RedisEndpoint.Host) {
        guard case .cluster(var map) = self else { return }
        map.move(slot, to: host)
        self = .cluster(map)
    }
}
