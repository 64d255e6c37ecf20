/// Which master of a cluster serves which slot.
struct RedisSlotMap: Sendable, Equatable {
    /// The masters, each once; some may serve no slot any more.
    private(set) var masters: [RedisEndpoint.Host] = []
    /// For each slot the place of its master in `masters`, -1 for a slot that nobody serves.
    private var owners = [Int16](repeating: -1, count: RedisSlot.count)

    /// Reads the reply to `CLUSTER SLOTS`.
    ///
    /// - Parameter host: who answered; a master without an address of its own is at the same host.
    /// - Throws: `.protocolViolation` if it is no such reply.
    init(reply: RedisValue, of host: RedisEndpoint.Host) throws(RedisError) {
        for range in reply.elements ?? [] {
            guard let parts = range.elements, parts.count >= 3, let first = parts[0].number, let last = parts[1].number,
                0 <= first, first <= last, last < RedisSlot.count, let master = parts[2].elements, master.count >= 2,
                let port = master[1].number
            else {
                throw RedisError(.protocolViolation, "Redis at \(host) describes its cluster in a way unknown here.")
            }
            let name = master[0].text ?? ""
            // "?" is a master whose name the server does not know: nobody to turn to.
            guard name != "?" else { continue }
            let index = Int16(place(of: .init(name.isEmpty ? host.name : name, port: Int(port))))
            for slot in Int(first)...Int(last) { owners[slot] = index }
        }
    }

    /// The master of a slot; nil if nobody serves it.
    func master(of slot: Int) -> RedisEndpoint.Host? {
        owners[slot] < 0 ? nil : masters[Int(owners[slot])]
    }

    /// Notes that a slot is served elsewhere now, as a redirection said.
    mutating func move(_ slot: Int, to host: RedisEndpoint.Host) {
        guard owners.indices.contains(slot) else { return }
        owners[slot] = Int16(place(of: host))
    }

    private mutating func place(of host: RedisEndpoint.Host) -> Int {
        if let index = masters.firstIndex(of: host) { return index }
        masters.append(host)
        return masters.count - 1
    }
}
