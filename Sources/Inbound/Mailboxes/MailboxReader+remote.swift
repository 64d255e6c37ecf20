internal import Logging
internal import NIOPosix

extension MailboxReader {
    /// Messages in a row over whose reading the connection may be lost, before the server is taken for the reason.
    private static let lossLimit = 3

    /// Messages that were read and are to be finished, and those that were left.
    private struct Batch {
        var messages: [(id: String, bytes: [UInt8])] = []
        var left: [String: MailboxProblem] = [:]
        /// How many in a row, up to the last one, were left because the connection was lost.
        var losses: Int
    }

    /// Reads what is new in a mailbox on a server, and marks or deletes it there when what it says is safe.
    ///
    /// - Parameter deletes: whether messages that are done are deleted; by POP3 they always are.
    /// - Returns: What could not be read, in sentences; it stays where it is.
    public func readNew(at server: MailboxServer, deletes: Bool) async throws -> [MailboxProblem] {
        switch server.kind {
        case .imap: try await readNew(in: IMAPMailbox(server, deletes: deletes))
        case .pop3: try await readNew(in: POP3Mailbox(server))
        }
    }

    private func readNew(in mailbox: some RemoteMailbox) async throws -> [MailboxProblem] {
        do {
            return try await readSessions(of: mailbox)
        } catch {
            // Goodbye is said on a thread that may wait, even if this task is told to end.
            await Task { try? await Self.blocking { mailbox.close() } }.value
            throw error
        }
    }

    /// Reads as many messages as go into one session, and so on until all are read.
    private func readSessions(of mailbox: some RemoteMailbox) async throws -> [MailboxProblem] {
        var left: [String: MailboxProblem] = [:]
        var finished: Set<String> = []
        var losses = 0
        while true {
            let known = finished.union(left.keys)
            let new = try await Self.blocking { try mailbox.unread().filter { !known.contains($0) } }
            tell(mailbox.remarks)
            let session = Array(new.prefix(mailbox.sessionLimit))
            for start in stride(from: 0, to: session.count, by: Self.batchLimit) {
                try Task.checkCancellation()
                let ids = session[start..<min(start + Self.batchLimit, session.count)]
                let earlier = losses
                let batch = try await Self.blocking { try Self.fetch(ids, of: mailbox, losses: earlier) }
                losses = batch.losses
                left.merge(batch.left) { $1 }
                try await read(batch.messages.map(\.bytes))
                let done = batch.messages.map(\.id)
                // What could not be read has said nothing yet: it stays.
                let kept = try await Self.blocking { try mailbox.finish(done) }
                for (id, failure) in kept {
                    left[id] = MailboxProblem(
                        description: "message \(id) is booked and cannot be deleted: \(failure)")
                }
                finished.formUnion(done.filter { kept[$0] == nil })
                progress(finished.count + left.count, known.count + new.count)
            }
            tell(mailbox.remarks)
            try await Self.blocking { mailbox.close() }
            guard session.count < new.count else { break }
        }
        return left.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Has the messages sent that go by these ids; one that cannot be had does not keep back the others.
    ///
    /// - Throws: when messages in a row cannot be had because the connection is lost.
    private static func fetch(
        _ ids: ArraySlice<String>, of mailbox: some RemoteMailbox, losses: Int
    ) throws -> Batch {
        var batch = Batch(losses: losses)
        for id in ids {
            do {
                let bytes = try mailbox.message(id)
                batch.losses = 0
                if bytes?.isEmpty == true {
                    batch.left[id] = MailboxProblem(description: "message \(id) is empty; it is left in the mailbox")
                } else if let bytes {
                    batch.messages.append((id, bytes))
                }
            } catch let failure as CurlSession.Failure where failure.isRefusal || failure.isLoss {
                batch.losses = failure.isLoss ? batch.losses + 1 : 0
                guard batch.losses < lossLimit else { throw failure }
                batch.left[id] = MailboxProblem(
                    description: "message \(id) cannot be read and is left in the mailbox: \(failure)")
            }
        }
        return batch
    }

    /// Tells what the server lacks, once.
    private func tell(_ remarks: [MailboxRemark]) {
        for remark in remarks where isNew(remark) {
            switch remark {
            case .keepsNoKeywords:
                logger.warning(
                    """
                    the IMAP server keeps no keywords (PERMANENTFLAGS): messages cannot be marked as booked and are read again \
                    each time; their events are booked once. With --delete they are deleted in place of being marked
                    """)
            case .cannotExpunge:
                logger.warning(
                    """
                    the IMAP server has no UIDPLUS: messages that are booked are marked as deleted and stay, since others' deleted \
                    messages would go with them; have the mailbox compacted (EXPUNGE) now and then
                    """)
            }
        }
    }

    /// libcurl waits for the server for as long as the patience lasts: not on a thread that others wait for.
    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    /// Runs what blocks on a thread that may be blocked.
    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await threads.runIfActive(body)
    }
}
