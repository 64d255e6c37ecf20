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
}
