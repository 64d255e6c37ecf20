internal import Synchronization

/// Counts what all connections bring.
public final class InboundMeter: Sendable {
    private let state = Mutex(InboundCounts())

    public init() {}

    public var counts: InboundCounts { state.withLock { $0 } }

    func count(_ change: (inout InboundCounts) -> Void) {
        state.withLock { change(&$0) }
    }
}
