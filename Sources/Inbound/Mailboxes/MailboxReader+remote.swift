internal import NIOPosix

extension MailboxReader {
    /// Reads what is new in a mailbox on a server, and marks or deletes it there when what it says is safe.
    ///
    /// - Parameter deletes: whether messages that are done are deleted; by POP3 they always are.
    public func readNew(at server: MailboxServer, deletes: Bool) async throws {
        switch server.kind {
        case .imap: try await readNew(in: IMAPMailbox(server, deletes: deletes))
        case .pop3: try await readNew(in: POP3Mailbox(server))
        }
    }

    private func readNew(in mailbox: some RemoteMailbox) async throws {
        do {
            let numbers = try await Self.blocking { try mailbox.unread() }
            for start in stride(from: 0, to: numbers.count, by: Self.batchLimit) {
                let batch = Array(numbers[start..<min(start + Self.batchLimit, numbers.count)])
                let messages = try await Self.blocking {
                    try batch.compactMap { number in try mailbox.message(number).map { (number: number, bytes: $0) } }
                }
                try await read(messages.map(\.bytes))
                // What could not be read has said nothing yet: it stays.
                try await Self.blocking { try mailbox.finish(messages.map(\.number)) }
            }
            try await Self.blocking { mailbox.close() }
        } catch {
            try? await Self.blocking { mailbox.close() }
            throw error
        }
    }

    /// Runs what blocks on a thread that may be blocked.
    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
