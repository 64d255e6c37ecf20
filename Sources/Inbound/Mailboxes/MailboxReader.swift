public import Delivery
public import Logging
public import MailMessage
internal import Synchronization

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
    let logger: Logger
    /// Hears how many messages of how many are done with.
    let progress: @Sendable (Int, Int) -> Void
    private let report: @Sendable ([InboundEvent]) async throws -> Void
    private let told = Told()

    /// What the operator has been told already, by whoever has a copy of this reader.
    private final class Told: Sendable {
        let remarks = Mutex<Set<MailboxRemark>>([])
    }

    /// - Parameters:
    ///   - recipient: the address that the messages came to, where it is known; else their headers tell.
    ///   - progress: hears how many messages of how many are done with.
    ///   - report: puts events where they are safe.
    public init(
        addresses: InboundAddresses, keys: TokenKeys, recipient: InboundAddress? = nil, meter: InboundMeter,
        logger: Logger, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in },
        report: @escaping @Sendable ([InboundEvent]) async throws -> Void
    ) {
        self.addresses = addresses
        sorter = InboundSorter(keys: keys)
        self.recipient = recipient
        self.meter = meter
        self.logger = logger
        self.progress = progress
        self.report = report
    }

    /// Whether the operator has not been told this yet.
    func isNew(_ remark: MailboxRemark) -> Bool {
        told.remarks.withLock { $0.insert(remark).inserted }
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
        batch += splitter.finish()
        if !batch.isEmpty { try await read(batch) }
    }

    /// Reads what is new in a Maildir.
    ///
    /// - Returns: What could not be read or moved, in sentences; it stays where it is.
    public func readNew(in maildir: Maildir) async throws -> [MailboxProblem] {
        var problems: [MailboxProblem] = []
        let names = try maildir.unseen()
        for start in stride(from: 0, to: names.count, by: Self.batchLimit) {
            var messages: [(name: String, bytes: [UInt8])] = []
            for name in names[start..<min(start + Self.batchLimit, names.count)] {
                do throws(MailboxProblem) {
                    guard let bytes = try maildir.read(name, limit: MessageFingerprint.requiredBytes) else { continue }
                    messages.append((name, bytes))
                } catch {
                    problems.append(error)
                }
            }
            try Task.checkCancellation()
            try await read(messages.map(\.bytes))
            for message in messages {
                do throws(MailboxProblem) {
                    try maildir.markSeen(message.name)
                } catch {
                    problems.append(error)
                }
            }
            progress(min(start + Self.batchLimit, names.count), names.count)
        }
        return problems
    }
}
