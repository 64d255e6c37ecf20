public import NIOCore

/// The most connections that several pools of one event loop may have together.
///
/// A pool that is refused waits for its turn; one that only keeps connections for later gives one up for it.
public final class SMTPConnectionLimit {
    /// May be changed at any time; connections beyond a lowered one are closed as they become idle.
    public var maximum: Int {
        didSet { if maximum > oldValue { serve() } else { borrow() } }
    }

    /// How many there are, those on their way to being open included; more than ``maximum`` only for looks at servers that were away.
    public private(set) var inUse = 0

    /// How many messages more than at first may be unanswered on the connections of all pools.
    public internal(set) var windowGrowth = 0

    private let eventLoop: any EventLoop
    private var waiting: [SMTPConnectionPool] = []
    /// Pools with connections that have nothing to send.
    private var lenders: [SMTPConnectionPool] = []
    /// Connections that are being closed for someone who waits.
    private var promised = 0

    public init(maximum: Int, eventLoop: any EventLoop) {
        self.maximum = maximum
        self.eventLoop = eventLoop
    }
}

// MARK: What pools ask and tell

extension SMTPConnectionLimit {
    /// Takes a place for a connection; where there is none, the pool hears of its turn later.
    func take(for pool: SMTPConnectionPool) -> Bool {
        eventLoop.preconditionInEventLoop()
        if inUse < maximum {
            inUse += 1
            return true
        }
        if !waiting.contains(where: { $0 === pool }) { waiting.append(pool) }
        borrow()
        return false
    }

    /// Takes a place for a look at a server that was away, even where there is none.
    ///
    /// Whoever waits for that server must not wait for those who keep all places busy. A connection that comes of it is made up
    /// for with the next one that becomes idle.
    func takeForProbe() {
        eventLoop.preconditionInEventLoop()
        inUse += 1
        borrow()
    }

    /// A connection is gone.
    func giveBack() {
        inUse -= 1
        promised = max(promised - 1, 0)
        serve()
    }

    /// The pool needs no place any more.
    func leaveQueue(_ pool: SMTPConnectionPool) {
        guard !waiting.isEmpty else { return }
        waiting.removeAll { $0 === pool }
    }

    /// The pool has a connection that it could do without.
    func offers(_ pool: SMTPConnectionPool) {
        if !lenders.contains(where: { $0 === pool }) { lenders.append(pool) }
        borrow()
    }

    /// The pool has none to spare, or is gone.
    func offersNothing(_ pool: SMTPConnectionPool) {
        guard !lenders.isEmpty else { return }
        lenders.removeAll { $0 === pool }
    }

    /// Has idle connections closed for those who wait, and those that are too many since the limit was lowered.
    private func borrow() {
        while promised < max(waiting.count, inUse - maximum), let lender = lenders.first {
            promised += 1
            if !lender.closeOneIdle() {
                promised -= 1
                lenders.removeFirst()
            }
        }
    }

    /// Hands free places to those who wait, the one that has waited longest first; not within the call that made room.
    private func serve() {
        guard inUse < maximum, !waiting.isEmpty else { return }
        let turn = Array(waiting.prefix(maximum - inUse))
        waiting.removeFirst(turn.count)
        inUse += turn.count
        eventLoop.assumeIsolated().execute { for pool in turn { pool.placeGiven() } }
    }
}
