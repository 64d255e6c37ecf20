public import Delivery
public import MailMessage

/// Reads messages that another server has taken for us, and says what they mean where it is kept.
///
/// Whatever is read twice is booked once: a message is done with only after its events are safe.
public struct MailboxReader: Sendable {
    /// Messages whose events share one write.
    static let batchLimit = 200

    private let addresses: InboundAddresses
    private let sorter: InboundSorter
    private let recipient: InboundAddress?
    private let meter: InboundMeter
    private let report: @Sendable ([InboundEvent]) async throws -> Void

    /// - Parameters:
    ///   - recipient: the address that the messages came to, where it is known; else their headers tell.
    ///   - report: puts events where they are safe.
    public init(
        addresses: InboundAddresses, keys: TokenKeys, recipient: InboundAddress? = nil, meter: InboundMeter,
        report: @escaping @Sendable ([InboundEvent]) async throws -> Void
    ) {
        self.addresses = addresses
        sorter = InboundSorter(keys: keys)
        self.recipient = recipient
        self.meter = meter
        self.report = report
    }

    /// Reads messages; returns when what they say is safe.
    public func read(_ messages: [[UInt8]]) async throws {
        let sorted = messages.map { message in
            if let recipient { return sorter.sort(message, to: [recipient], at: .now) }
            return sorter.sort(message, inMailboxOf: addresses, at: .now)
        }
        let events = sorted.flatMap(\.events)
        if !events.isEmpty { try await report(events) }
        meter.count { counts in
            for message in sorted { counts.add(message) }
        }
    }

    /// Reads a file as its bytes come: one message, or a mailbox file.
    ///
    /// - Parameter next: more of the file; empty at its end.
    public func readFile(_ next: () throws -> [UInt8]) async throws {
        var splitter = MailboxFileSplitter(limit: MessageFingerprint.requiredBytes)
        var batch: [[UInt8]] = []
        while case let bytes = try next(), !bytes.isEmpty {
            batch += splitter.take(bytes)
            guard batch.count >= Self.batchLimit else { continue }
            try await read(batch)
            batch = []
        }
        if let last = splitter.finish() { batch.append(last) }
        if !batch.isEmpty { try await read(batch) }
    }

    /// Reads what is new in a Maildir.
    ///
    /// - Returns: What could not be read or moved, in sentences; it stays where it is.
    public func readNew(in maildir: Maildir) async throws -> [Maildir.Problem] {
        var problems: [Maildir.Problem] = []
        let names = try maildir.unseen()
        for start in stride(from: 0, to: names.count, by: Self.batchLimit) {
            var messages: [(name: String, bytes: [UInt8])] = []
            for name in names[start..<min(start + Self.batchLimit, names.count)] {
                do throws(Maildir.Problem) {
                    guard let bytes = try maildir.read(name, limit: MessageFingerprint.requiredBytes) else { continue }
                    messages.append((name, bytes))
                } catch {
                    problems.append(error)
                }
            }
            try await read(messages.map(\.bytes))
            for message in messages {
                do throws(Maildir.Problem) {
                    try maildir.markSeen(message.name)
                } catch {
                    problems.append(error)
                }
            }
        }
        return problems
    }
}
