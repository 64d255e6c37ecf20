/// What a delivery report says was done with a message (RFC 3464 §2.3.3).
public enum ReportAction: String, CaseIterable, Sendable, Hashable {
    /// It could not be delivered, and no more is attempted.
    case failed
    /// It could not be delivered yet; the server goes on trying.
    case delayed
    case delivered
    /// It was handed to a server that gives no reports.
    case relayed
    /// It was delivered to a list or an alias with several members.
    case expanded
}
