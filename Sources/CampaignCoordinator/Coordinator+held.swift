public import Contacts
public import Delivery
public import JobQueue

/// What became of a decision about held messages.
public struct HoldReport: Hashable, Sendable, Codable {
    /// How many contacts were meant.
    public var asked: Int
    /// How many of their messages the queue held; what is missing is not in the queue at this moment.
    public var resolved: Int
}

extension Coordinator {
    /// One page of the contacts of a campaign's mailing whose messages are held until their owner decides.
    public func held(
        _ name: String, mailing: String? = nil, kind: HoldKind?, after cursor: UInt32?, limit: Int
    ) async throws -> [HeldDelivery] {
        let mailing = try await self.mailing(of: name, named: mailing)
        return try await book.held(mailing: mailing.id, kind: kind, after: cursor, limit: limit)
    }

    /// Carries out what the owner decides about held messages.
    ///
    /// - Parameter addresses: the contacts that are meant; `nil` for all that are held for this reason.
    /// - Throws: ``CoordinatorError`` when a cancelled campaign's are to be sent, `ContactBookError` for an address that is not
    ///   held; nothing is done then.
    public func resolve(
        _ name: String, mailing: String? = nil, _ kind: HoldKind, addresses: [String]?, as resolution: HoldResolution
    ) async throws -> HoldReport {
        let mailing = try await self.mailing(of: name, named: mailing)
        if resolution == .resend, mailing.state == .cancelled {
            throw CoordinatorError(.wrongState, "the campaign “\(name)” is cancelled: nothing of it is sent any more")
        }
        let ordinals = try await book.heldOrdinals(mailing: mailing.id, kind: kind, addresses: addresses)
        let resolved = try await queue.resolve(mailing.id, kind, ordinals: ordinals, as: resolution)
        return HoldReport(asked: ordinals.count, resolved: resolved)
    }
}
