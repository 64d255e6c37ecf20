internal import Inbound

extension InboundCounts {
    /// What came in, for people.
    var sentence: String {
        let parts = [
            (bounces, "bounces"), (complaints, "complaints"), (unsubscriptions, "unsubscriptions"),
            (automaticReplies, "automatic replies"), (others, "others"),
        ]
        return "\(NumberText.grouped(messages)) \(messages == 1 ? "message" : "messages"): "
            + parts.map { "\(NumberText.grouped($0.0)) \($0.1)" }.joined(separator: ", ")
    }

    /// What came out of a mailbox, for programs.
    func line(left: Int) -> InboundCountsLine {
        InboundCountsLine(
            messages: messages, bounces: bounces, complaints: complaints, unsubscriptions: unsubscriptions,
            automaticReplies: automaticReplies, others: others, left: left)
    }
}

/// What is printed with `--format json`.
struct InboundCountsLine: Encodable {
    var messages: Int
    var bounces: Int
    var complaints: Int
    var unsubscriptions: Int
    var automaticReplies: Int
    var others: Int
    /// Messages that could not be read or moved.
    var left: Int
}
