import Delivery
import Logging
import Synchronization

@testable import Inbound

/// Reads mailboxes as `postrider inbound` does, and remembers what was to be booked and what the operator was told.
final class MailboxRun: Sendable {
    private struct State {
        var events: [InboundEvent] = []
        var warnings: [String] = []
        var reports = 0
    }

    struct RedisAway: Error {}

    private let state = Mutex(State())
    private let meter = InboundMeter()
    private let failsAfter: Int

    /// - Parameter failsAfter: so many batches are kept, and no more.
    init(failsAfter: Int = .max) {
        self.failsAfter = failsAfter
    }

    var events: [InboundEvent] { state.withLock { $0.events } }
    var warnings: [String] { state.withLock { $0.warnings } }
    var counts: InboundCounts { meter.counts }

    var reader: MailboxReader {
        let logger = Logger(label: "test") { _ in
            WarningHandler { warning in self.state.withLock { $0.warnings.append(warning) } }
        }
        return MailboxReader(addresses: Samples.addresses, keys: Samples.keys, meter: meter, logger: logger) { events in
            try self.state.withLock { state in
                guard state.reports < self.failsAfter else { throw RedisAway() }
                state.reports += 1
                state.events += events
            }
        }
    }

    /// The mailbox of ann at a port of this machine.
    static func server(_ kind: MailboxServer.Kind, port: Int) throws -> MailboxServer {
        let scheme = kind == .imap ? "imap" : "pop3"
        var server = try MailboxServer(
            parsing: "\(scheme)://ann@127.0.0.1:\(port)", kind: kind, password: "dear-secret")
        server.patience = .seconds(3)
        return server
    }

    /// A report about one delivery, unlike every other one.
    static func report(_ number: Int) -> String {
        let job = DeliveryJob.ID(mailing: Samples.job.mailing, ordinal: UInt32(number))
        return Samples.failure(to: Samples.returnPath(job), of: "ann\(number)@example.net")
            .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }

    /// The places of the deliveries that were to be booked.
    var ordinals: [UInt32] {
        events.compactMap { event in
            if case .delivery(let job) = event.subject { job.ordinal } else { nil }
        }.sorted()
    }
}

private struct WarningHandler: LogHandler {
    let told: @Sendable (String) -> Void
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    init(told: @escaping @Sendable (String) -> Void) { self.told = told }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { told("\(event.message)") }
}
