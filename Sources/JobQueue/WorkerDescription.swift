public import Delivery
internal import Foundation

/// What a worker says of itself with each beat, for people.
public struct WorkerDescription: Sendable, Hashable, Codable {
    /// The machine it runs on.
    public var host: String
    public var pid: Int32
    /// Where its mail goes.
    public var relay: String
    /// What it does at this moment, such as `sending`.
    public var condition: String
    /// The mailings that it leaves to others, by number, and what it lacks for them.
    public var lacks: [String: String]?

    public init(host: String, pid: Int32, relay: String, condition: String, lacks: [MailingID: String] = [:]) {
        self.host = host
        self.pid = pid
        self.relay = relay
        self.condition = condition
        self.lacks =
            lacks.isEmpty
            ? nil : Dictionary(uniqueKeysWithValues: lacks.map { (String($0.key.rawValue), $0.value) })
    }

    /// Reads what ``json`` wrote; `nil` when it is of another version.
    init?(json: String) {
        guard let description = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = description
    }

    /// The description as it stands in the queue.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and numbers can always be encoded.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// What it lacks for a mailing; `nil` when it can send it.
    func lack(for mailing: MailingID) -> String? { lacks?[String(mailing.rawValue)] }
}

extension QueueStatus {
    /// That workers leave a mailing to others.
    public struct Lack: Sendable, Hashable {
        /// What one of them says it lacks.
        public var reason: String
        /// How many of the workers it concerns.
        public var workers: Int
        /// Whether nobody is left who could send it.
        public var concernsAll: Bool
    }

    /// What workers lack for a mailing; `nil` when each could send it.
    public func lack(for mailing: MailingID) -> Lack? {
        let alive = workers.filter { $0.leaseRemaining > .zero }
        let lacks = alive.compactMap { WorkerDescription(json: $0.description)?.lack(for: mailing) }
        guard let reason = lacks.min() else { return nil }
        return Lack(reason: reason, workers: lacks.count, concernsAll: lacks.count == alive.count)
    }
}
