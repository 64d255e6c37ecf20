import Delivery
import NIOCore
import SMTP

/// One connection to the simulated mailboxes.
final class SimulatorSession: SMTPServerSession {
    /// What every connection shares.
    struct World: Sendable {
        var configuration: SimulatorConfiguration
        var book: SimulatorBook
        var log: SimulatorLog?
        /// Called when the log cannot be written.
        var logFailed: @Sendable (SimulatorLogError) -> Void
    }

    private let world: World
    private let eventLoop: any EventLoop
    /// The client's address, as it is named in a refusal.
    private let client: String
    /// The behaviours of the recipients accepted so far in this transaction, in their order.
    private var behaviours: [RecipientBehaviour] = []

    /// The header up to the Message-ID; longer headers before it are not expected.
    let contentInterest = SMTPContentInterest.prefix(8 * 1024)

    init(world: World, eventLoop: any EventLoop, client: String) {
        self.world = world
        self.eventLoop = eventLoop
        self.client = client
        world.book.count { $0.connections += 1 }
    }

    func sender(_ address: String) -> SMTPServerDecision {
        behaviours.removeAll(keepingCapacity: true)
        return .accept
    }

    func recipient(_ address: String, from sender: String) -> SMTPServerDecision {
        let configuration = world.configuration
        let behaviour = RecipientBehaviour.behaviour(
            for: address, seed: configuration.seed, profile: configuration.profile)
        let decision = siteDecision(address) ?? decision(behaviour, address)
        switch decision {
        case .reply(let reply), .replyAndClose(let reply):
            world.book.count { $0.refused += 1 }
            record(.init(sender: sender, recipient: address, messageID: nil, bytes: 0, reply: reply.description))
        default:
            behaviours.append(behaviour)
        }
        return decision
    }

    /// What a site says to RCPT whoever the recipient is; `nil` when it leaves the word to the mailbox.
    private func siteDecision(_ address: String) -> SMTPServerDecision? {
        let domain = address[(address.lastIndex(of: "@") ?? address.endIndex)...].dropFirst()
        let refusal: SMTPServerDecision
        let refuses: Bool
        switch SiteBehaviour(domain: domain) {
        case nil:
            return nil
        case .limit(let perSecond):
            refusal = .reply(SimulatorReplies.limited)
            refuses = world.book.visitInSecond(domain.lowercased(), at: .now) >= perSecond
        case .strict(let perSecond):
            refusal = .replyAndClose(SimulatorReplies.throttled)
            refuses = world.book.visitInSecond(domain.lowercased(), at: .now) >= perSecond
        case .wall(let messages):
            refusal = .reply(SimulatorReplies.blocked(client))
            refuses = visit(String(domain)).before < messages
        case .wallFor(let seconds):
            refusal = .reply(SimulatorReplies.blocked(client))
            refuses = visit(String(domain)).sinceFirst < .seconds(seconds)
        }
        return refuses ? refusal : nil
    }

    /// What is said to RCPT; those that are decided at the final dot are accepted here.
    private func decision(_ behaviour: RecipientBehaviour, _ address: String) -> SMTPServerDecision {
        switch behaviour {
        case .ok, .spam, .drop, .slow:
            return .accept
        case .bounce:
            return .reply(SimulatorReplies.noSuchUser(address))
        case .full(nil):
            return .reply(SimulatorReplies.mailboxFull(address))
        case .full(let times?):
            return visit(address).before < times ? .reply(SimulatorReplies.mailboxFull(address)) : .accept
        case .tooBig:
            return .reply(SimulatorReplies.tooBig)
        case .rejected:
            return .reply(SimulatorReplies.unauthenticated)
        case .blocked:
            return .reply(SimulatorReplies.blocked(client))
        case .greylist:
            let visit = visit(address)
            let isOver = visit.before > 0 && visit.sinceFirst >= world.configuration.greylisting
            return isOver ? .accept : .reply(SimulatorReplies.greylisted)
        case .deferred(nil):
            return .reply(SimulatorReplies.deferred)
        case .deferred(let times?):
            return visit(address).before < times ? .reply(SimulatorReplies.deferred) : .accept
        case .throttle:
            return .replyAndClose(SimulatorReplies.throttled)
        }
    }

    private func visit(_ address: String) -> (before: Int, sinceFirst: Duration) {
        world.book.visit(address.lowercased(), at: .now)
    }

    func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
        let messageID =
            world.log == nil ? nil : message.content.withUnsafeReadableBytes { MessageIDFinder.messageID(in: $0) }
        let mustDrop = zip(message.recipients, behaviours).contains { address, behaviour in
            behaviour == .drop && visit(address).before == 0
        }
        if mustDrop {
            world.book.count { $0.dropped += message.recipients.count }
            record(message, messageID, "")
            return .close
        }
        if behaviours.contains(.spam) {
            world.book.count { $0.refused += message.recipients.count }
            record(message, messageID, SimulatorReplies.spam.description)
            return .reply(SimulatorReplies.spam)
        }
        guard behaviours.contains(.slow) else { return accept(message, messageID) }
        let delay = TimeAmount(world.configuration.slowness)
        let answer = eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in accept(message, messageID) }
        return .pending(answer.futureResult)
    }

    private func accept(_ message: SMTPReceivedMessage, _ messageID: String?) -> SMTPServerDecision {
        let number = world.book.count { $0.accepted += message.recipients.count }
        let reply = SimulatorReplies.accepted(UInt64(number))
        record(message, messageID, "250 2.0.0 " + reply.text)
        return .reply(reply)
    }

    private func record(_ message: SMTPReceivedMessage, _ messageID: String?, _ reply: String) {
        guard world.log != nil else { return }
        for recipient in message.recipients {
            record(
                .init(
                    sender: message.sender, recipient: recipient, messageID: messageID, bytes: message.size,
                    reply: reply))
        }
    }

    private func record(_ entry: SimulatorLog.Entry) {
        do throws(SimulatorLogError) {
            try world.log?.add(entry)
        } catch {
            world.logFailed(error)
        }
    }
}
