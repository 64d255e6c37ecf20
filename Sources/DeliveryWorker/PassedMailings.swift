internal import Delivery
internal import NIOCore

/// The mailings that this worker cannot send and leaves to others, and what it lacks for them.
///
/// A mailing may be changed, or its number may come to mean another one: each is looked at anew from time to time.
struct PassedMailings {
    /// How long what was found out is believed.
    static let patience = TimeAmount.seconds(30)

    private struct Passed {
        var lack: String
        var lookAt: NIODeadline
    }

    private let limit: Int
    private var passed: [MailingID: Passed] = [:]

    /// - Parameter limit: The most that can be left to others at a time.
    init(limit: Int) {
        self.limit = limit
    }

    var isEmpty: Bool { passed.isEmpty }
    /// All of them, in order.
    var all: [MailingID] { passed.keys.sorted { $0.rawValue < $1.rawValue } }
    /// What is lacked, by mailing.
    var lacks: [MailingID: String] { passed.mapValues(\.lack) }

    func contains(_ mailing: MailingID) -> Bool { passed[mailing] != nil }

    /// What came of noting a mailing.
    enum Noted {
        /// That it is left to others is news.
        case new
        /// It was known.
        case known
        /// There are too many of them already.
        case full
    }

    /// Notes that a mailing is left to others.
    mutating func note(_ mailing: MailingID, lacking lack: String, at now: NIODeadline) -> Noted {
        let known = passed[mailing]
        guard known != nil || passed.count < limit else { return .full }
        passed[mailing] = Passed(lack: lack, lookAt: now + Self.patience)
        return known?.lack == lack ? .known : .new
    }

    /// Those that are to be looked at again, each once.
    mutating func due(at now: NIODeadline) -> [MailingID] {
        guard !passed.isEmpty else { return [] }
        let due = all.filter { passed[$0].map { $0.lookAt <= now } ?? false }
        for mailing in due { passed[mailing]?.lookAt = now + Self.patience }
        return due
    }

    /// Forgets one that can be sent from here, or is gone; answers whether it was among them.
    mutating func remove(_ mailing: MailingID) -> Bool { passed.removeValue(forKey: mailing) != nil }

    mutating func removeAll() { passed = [:] }
}
