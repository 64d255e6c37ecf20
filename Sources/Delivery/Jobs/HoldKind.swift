/// Why a job is held back until its owner decides; the raw value is stored and never renumbered.
public enum HoldKind: UInt8, Sendable, CaseIterable {
    /// The message may or may not have been accepted, and the mailing's policy is not to send it again unasked.
    case inDoubt = 1
    /// The job was in the hands of worker after worker that died.
    case dead = 2

    /// The kind that a status change with this reason puts a job under; `nil` when it puts it under none.
    public init?(reason: Reason) {
        switch reason {
        case .inDoubtHeld: self = .inDoubt
        case .recoveredTooOften: self = .dead
        default: return nil
        }
    }

    /// The reason of the status change that says so.
    public var reason: Reason {
        switch self {
        case .inDoubt: .inDoubtHeld
        case .dead: .recoveredTooOften
        }
    }

    /// The name in reports: `in_doubt`, `dead`.
    public var name: String {
        switch self {
        case .inDoubt: "in_doubt"
        case .dead: "dead"
        }
    }
}

extension HoldKind: Codable {
    /// Reads the ``name``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let kind = Self.allCases.first(where: { $0.name == name }) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(name)” is none of in_doubt, dead")
        }
        self = kind
    }

    /// Writes the ``name``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
