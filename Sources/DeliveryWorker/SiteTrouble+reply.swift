internal import Delivery
internal import JobQueue

extension SiteTrouble {
    /// What a reply says of the whole site, not of one recipient; `nil` when nothing.
    ///
    /// 421 closes the channel to all (RFC 5321 §3.8), 4.7.x is about policy towards the sender (RFC 3463 §3.8). A greylisting
    /// server asks for patience with one message, and a mailbox that receives too much is one mailbox.
    init?(_ result: DeliveryResult, _ classification: Classification) {
        guard case .reply(let reply, let phase) = result, [.rcpt, .data, .dot].contains(phase) else { return nil }
        switch classification.reason {
        case .senderBlocked:
            self = .blocked
        case .rateLimited, .temporary, .senderBlockedTemporarily:
            let isAboutUs = reply.enhancedStatus.map { $0.statusClass == 4 && $0.subject == 7 } ?? false
            guard reply.code == 421 || isAboutUs else { return nil }
            self = .slow
        default:
            return nil
        }
    }
}
