internal import Delivery
internal import NIOCore

/// From which local address each message goes: by weight, among those whose rate leaves room.
///
/// A rate is kept by the generic cell rate algorithm, with a burst of a second's worth of messages.
struct SourceRotation {
    /// Whether messages may be begun now, and how many, or from when on.
    enum Room: Equatable {
        case messages(Int)
        case none(until: NIODeadline)
    }

    private struct Source {
        /// Nanoseconds from one message to the next; 0 without a rate.
        var step: Int64
        /// How early a message may be.
        var tolerance: Int64
        /// The theoretical arrival time of the next message, in nanoseconds of uptime.
        var arrival: Int64 = 0

        func room(at now: Int64) -> Int {
            guard step > 0 else { return .max }
            let slack = now + tolerance - max(arrival, now)
            return slack < 0 ? 0 : Int(slack / step) + 1
        }

        mutating func spend(at now: Int64) {
            if step > 0 { arrival = max(arrival, now) + step }
        }
    }

    /// How far, in nanoseconds, an address may be ahead of its rate.
    private static let longestDebt: Int64 = 10_000_000_000

    private var sources: [Source]
    private var rotation: WeightedRotation

    init(_ addresses: [SourceAddress]) {
        sources = addresses.map { address in
            let step = address.rate.map { Int64($0.step / .nanoseconds(1)) } ?? 0
            return Source(step: step, tolerance: max(0, 1_000_000_000 - step))
        }
        rotation = WeightedRotation(weights: addresses.map(\.weight))
    }

    /// How many messages may be begun now over all addresses together.
    func room(at now: NIODeadline) -> Room {
        guard !sources.isEmpty else { return .messages(.max) }
        let time = Int64(now.uptimeNanoseconds)
        var total = 0
        for source in sources {
            let room = source.room(at: time)
            if room == .max { return .messages(.max) }
            total += room
        }
        guard total == 0 else { return .messages(total) }
        let next = sources.map { $0.arrival - $0.tolerance }.min() ?? time
        return .none(until: .uptimeNanoseconds(UInt64(max(next, time))))
    }

    /// The address for the next message among the eligible ones, which it counts against; where all have reached their rates,
    /// the one whose turn it is, up to a small debt: what was claimed is sent.
    ///
    /// - Returns: The number of the address; 0 where none is configured, `nil` when none is eligible.
    mutating func next(at now: NIODeadline, where isEligible: (Int) -> Bool) -> Int? {
        guard !sources.isEmpty else { return isEligible(0) ? 0 : nil }
        let time = Int64(now.uptimeNanoseconds)
        let choice =
            rotation.next { isEligible($0) && sources[$0].room(at: time) > 0 }
            ?? rotation.next { isEligible($0) && sources[$0].arrival - time < Self.longestDebt }
        if let choice { sources[choice].spend(at: time) }
        return choice
    }
}
