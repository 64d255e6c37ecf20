import NIOCore

/// When a pool opens connections and when it waits, as a value: counts in, orders out.
struct SMTPPoolStateMachine {
    enum Action: Equatable {
        case none
        case open
        /// Try again after this time; connections that are open go on meanwhile.
        case wait(TimeAmount)
        /// Tell the source that the endpoint cannot be reached, and try again after this time.
        case reportUnavailable(retryIn: TimeAmount)
        /// Tell the source that the endpoint is back.
        case reportAvailable
    }

    /// The most connections at a time.
    var maximum: Int
    /// Whether a destination that was unavailable is tried again by itself.
    let probes: Bool
    private let reconnect: SMTPReconnectDelay
    /// Connections on their way to being open for messages.
    private(set) var opening = 0
    /// Connections open for messages that may still begin some.
    private(set) var open = 0
    private var failuresInARow = 0
    private var lossesInARow = 0
    private(set) var isAvailable = true
    private var isWaiting = false
    private var isStopped = false

    init(maximum: Int, reconnect: SMTPReconnectDelay, probes: Bool = true) {
        self.maximum = max(maximum, 1)
        self.probes = probes
        self.reconnect = reconnect
    }

    /// There may be work that no open connection takes.
    mutating func wanted() -> Action {
        guard !isStopped, !isWaiting, open + opening < (isAvailable ? maximum : 1) else { return .none }
        opening += 1
        return .open
    }

    /// Whether there are more connections than there may be since ``maximum`` was lowered.
    var isTight: Bool { open + opening > maximum }

    /// The connection that was to be opened has to wait for others; nothing went wrong.
    mutating func withdrawn() {
        opening -= 1
    }

    /// A connection is open for messages.
    mutating func opened() -> Action {
        opening -= 1
        open += 1
        failuresInARow = 0
        guard !isAvailable else { return .none }
        isAvailable = true
        return .reportAvailable
    }

    /// A connection could not be opened; `random` is drawn from 0..<1.
    mutating func failedToOpen(random: Double) -> Action {
        opening -= 1
        // Several that fail together count as one.
        guard !isStopped, !isWaiting else { return .none }
        failuresInARow += 1
        isWaiting = true
        let delay = reconnect.delay(afterFailures: failuresInARow, random: random)
        guard open == 0 else { return .wait(delay) }
        isAvailable = false
        return .reportUnavailable(retryIn: delay)
    }

    /// An open connection will begin no more messages, and nothing went wrong.
    mutating func retired() {
        open -= 1
    }

    /// An open connection is gone; one that ended without answering a single message slows down the next.
    mutating func lost(wasProductive: Bool, random: Double) -> Action {
        open -= 1
        guard !wasProductive else {
            lossesInARow = 0
            return .none
        }
        lossesInARow += 1
        guard !isStopped, !isWaiting else { return .none }
        isWaiting = true
        return .wait(reconnect.delay(afterFailures: lossesInARow, random: random))
    }

    /// The time of waiting is over.
    mutating func waitOver() -> Action {
        isWaiting = false
        // A relay that was unavailable is probed whether or not there is work; else work asks by itself.
        return isAvailable || !probes ? .none : wanted()
    }

    mutating func stop() {
        isStopped = true
    }
}
