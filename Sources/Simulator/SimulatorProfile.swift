public import Foundation

/// What addresses do whose local part asks for nothing: shares of behaviours.
public struct SimulatorProfile: Hashable, Sendable {
    /// A behaviour as a profile names it; the names are the prefixes of local parts.
    enum Kind: String, CaseIterable {
        case ok, bounce, full, toobig, spam, rejected, blocked, greylist, deferred, throttle, drop, slow

        /// The behaviour, with how often it is repeated drawn from a number.
        func behaviour(_ draw: UInt64) -> RecipientBehaviour {
            switch self {
            case .ok: .ok
            case .bounce: .bounce
            // One full mailbox in four stays full; the others are emptied after one or two trials.
            case .full: draw % 4 == 3 ? .full(times: nil) : .full(times: Int(draw % 2) + 1)
            case .toobig: .tooBig
            case .spam: .spam
            case .rejected: .rejected
            case .blocked: .blocked
            case .greylist: .greylist
            case .deferred: .deferred(times: Int(draw % 3) + 1)
            case .throttle: .throttle
            case .drop: .drop
            case .slow: .slow
            }
        }
    }

    /// The upper end of each behaviour's part of 0..<1, in the order of ``Kind``.
    private let bounds: [Double]

    /// Every address accepts.
    public static let accept = SimulatorProfile(checked: [.ok: 1])

    /// Shares as a well-kept list meets them.
    public static let realistic = SimulatorProfile(checked: [
        .ok: 0.935, .bounce: 0.02, .full: 0.01, .greylist: 0.015, .deferred: 0.01, .spam: 0.003, .rejected: 0.003,
        .toobig: 0.001, .throttle: 0.001, .slow: 0.002,
    ])

    /// Takes shares by behaviour; they are made to add up to 1 by giving `ok` what is left.
    private init(checked shares: [Kind: Double]) {
        var sum = 0.0
        bounds = Kind.allCases.map { kind in
            sum += shares[kind] ?? 0
            return sum
        }
    }

    /// The behaviour at a point of the profile; `hash` is spread evenly over all 64 bits.
    func draw(_ hash: UInt64) -> RecipientBehaviour {
        let point = Double(hash >> 11) / Double(1 << 53)
        for (kind, bound) in zip(Kind.allCases, bounds) where point < bound {
            return kind.behaviour(hash & 0x7FF)
        }
        return .ok
    }

    /// Finds a profile by its name, `accept` or `realistic`, or else reads the file of that path.
    public init(nameOrPath: String) throws(SimulatorProfileError) {
        switch nameOrPath {
        case "accept": self = .accept
        case "realistic": self = .realistic
        default:
            let data: Data
            do {
                data = try Data(contentsOf: URL(fileURLWithPath: nameOrPath))
            } catch {
                throw SimulatorProfileError(
                    source: nameOrPath, problem: "is neither a profile (accept, realistic) nor a file that can be read")
            }
            try self.init(json: data, source: nameOrPath)
        }
    }

    /// Reads `{"shares": {"ok": 0.9, "bounce": 0.1}}`; what is missing to 1 accepts.
    public init(json: Data, source: String = "profile") throws(SimulatorProfileError) {
        struct File: Decodable {
            var shares: [String: Double]
        }
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: json)
        } catch {
            throw SimulatorProfileError(
                source: source, problem: "is not of the form {\"shares\": {\"ok\": 0.9, \"bounce\": 0.1}}")
        }
        var shares: [Kind: Double] = [:]
        for (name, share) in file.shares.sorted(by: { $0.key < $1.key }) {
            guard let kind = Kind(rawValue: name) else {
                let names = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw SimulatorProfileError(source: source, problem: "has no behaviour \"\(name)\"; there are \(names)")
            }
            guard (0...1).contains(share) else {
                throw SimulatorProfileError(
                    source: source, problem: "gives \(name) the share \(share), not one of 0 to 1")
            }
            shares[kind] = share
        }
        let sum = shares.values.reduce(0, +)
        guard sum <= 1.000_001 else {
            throw SimulatorProfileError(source: source, problem: "has shares that add up to \(sum), more than 1")
        }
        shares[.ok, default: 0] += max(1 - sum, 0)
        self.init(checked: shares)
    }
}

/// Why a profile cannot be used.
public struct SimulatorProfileError: Error, Hashable, CustomStringConvertible {
    /// The name or path that was given.
    public var source: String
    public var problem: String

    public var description: String { "the profile \(source) \(problem)" }
}
