/// A worker's identity for the time of one lease: its name and an epoch that is never given twice, `name#epoch`.
public struct WorkerID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}
