internal import Delivery
internal import Logging
internal import MailMessage
internal import NIOCore
internal import SMTP

/// One connection of the receiving service: takes mail for addresses of ours only, and answers for it when it is safe.
final class InboundSession: SMTPServerSession {
    /// What every connection shares.
    struct World: Sendable {
        var addresses: InboundAddresses
        var sorter: InboundSorter
        var gatherer: ReportGatherer
        var meter: InboundMeter
        var logger: Logger
        /// Messages that one connection may bring.
        var messageLimit: Int
    }

    private let world: World
    private let eventLoop: any EventLoop
    private var messages = 0
    private var strangers = 0
    /// Recipients that are not ours whom a connection may name before it is closed: somebody guesses addresses.
    private static let strangerLimit = 50

    /// A report says what it has to say at its beginning.
    let contentInterest = SMTPContentInterest.prefix(MessageFingerprint.requiredBytes)

    init(world: World, eventLoop: any EventLoop) {
        self.world = world
        self.eventLoop = eventLoop
    }

    func sender(_ address: String) -> SMTPServerDecision {
        messages < world.messageLimit ? .accept : .replyAndClose(InboundReplies.enoughMessages)
    }

    func recipient(_ address: String, from sender: String) -> SMTPServerDecision {
        do throws(InboundAddresses.Refusal) {
            _ = try world.addresses.meaning(of: address)
            return .accept
        } catch {
            world.meter.count { $0.refused += 1 }
            strangers += 1
            guard strangers < Self.strangerLimit else { return .replyAndClose(InboundReplies.tooManyStrangers) }
            switch error {
            case .foreignDomain: return .reply(InboundReplies.foreignDomain)
            case .unknown: return .reply(InboundReplies.unknownAddress)
            }
        }
    }

    func received(_ message: SMTPReceivedMessage) -> SMTPServerDecision {
        messages += 1
        // Those that were accepted are ours.
        let addresses = message.recipients.compactMap { try? world.addresses.meaning(of: $0) }
        let sorted = world.sorter.sort(
            Array(message.content.readableBytesView), from: message.sender, to: addresses, at: .now)
        guard !sorted.events.isEmpty else {
            world.meter.count { $0.add(sorted) }
            return .accept
        }
        let meter = world.meter
        let logger = world.logger
        let answer = world.gatherer.add(sorted.events, on: eventLoop).map { _ -> SMTPServerDecision in
            meter.count { $0.add(sorted) }
            return .accept
        }.flatMapErrorThrowing { error in
            meter.count { $0.postponed += 1 }
            logger.debug(
                "a message could not be kept; its sender is told to try again", metadata: ["error": "\(error)"])
            return .reply(InboundReplies.notSafe)
        }
        return .pending(answer)
    }
}
