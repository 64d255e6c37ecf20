internal import Delivery

/// The names of the keys that Swift code touches itself; the scripts build theirs in `Scripts/*.lua`.
struct QueueKeys: Sendable {
    /// Every key of a shard begins with this; its hash tag keeps the shard in one slot of a cluster.
    let prefix: String

    init(shard: Int) {
        prefix = "pr:{\(shard)}:"
    }

    /// What holds for the whole deployment; in shard 0 only.
    var meta: String { prefix + "meta" }
    var outcomes: String { prefix + "outcomes" }
    var suppressed: String { prefix + "suppressed" }
    var limits: String { prefix + "limits" }

    /// What was counted of TLS on a day; in shard 0 only.
    func tls(_ day: UTCDay) -> String { "\(prefix)tls:\(day.number)" }

    func mailing(_ mailing: MailingID) -> String { "\(prefix)mailing:\(mailing)" }

    func done(_ mailing: MailingID) -> String { "\(prefix)done:\(mailing)" }

    func held(_ kind: HoldKind, _ mailing: MailingID) -> String { "\(prefix)\(kind.list):\(mailing)" }

    /// Every key that outlives the jobs of a mailing.
    func all(of mailing: MailingID) -> [String] {
        ["mailing", "ready", "done", "cursor", "counts", "doubt", "dead", "again", "over"].map {
            "\(prefix)\($0):\(mailing)"
        }
    }
}
