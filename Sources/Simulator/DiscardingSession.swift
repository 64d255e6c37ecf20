import SMTP

/// One connection to a simulator that accepts everything and remembers nothing.
final class DiscardingSession: SMTPServerSession {
    private let book: SimulatorBook

    let contentInterest = SMTPContentInterest.none

    init(book: SimulatorBook) {
        self.book = book
        book.count { $0.connections += 1 }
    }

    func recipient(_ address: String, from sender: String) -> SMTPServerDecision { .accept }

    func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
        book.count { $0.accepted += message.recipients.count }
        return .accept
    }
}
