/// What has become of the licence of one delivery; the raw value is stored.
enum Licence: Int, Sendable {
    /// Never asked for: Invalid, Duplicated, suppressed, or not yet fed.
    case none = 0
    case reserved = 1
    /// The message was Sent at least once.
    case charged = 2
    /// Given back: the contact ended otherwise, or the mailing was cancelled.
    case released = 3
}
