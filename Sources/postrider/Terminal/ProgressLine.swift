internal import Synchronization

/// The progress of one thing on standard error: a bar that moves in a terminal, a plain line now and then elsewhere.
final class ProgressLine: Sendable {
    /// What is counted.
    enum Unit {
        case bytes, rows, messages

        /// The count, without its unit where that follows anyway.
        func number(_ count: Int) -> String {
            switch self {
            case .bytes: NumberText.bytes(count)
            case .rows, .messages: NumberText.grouped(count)
            }
        }

        func text(_ count: Int) -> String {
            switch self {
            case .bytes: NumberText.bytes(count)
            case .rows: "\(NumberText.grouped(count)) rows"
            case .messages: "\(NumberText.grouped(count)) messages"
            }
        }
    }

    private struct State {
        var step = ""
        var meter = RateMeter()
        var shown: ContinuousClock.Instant?
        var display = LiveDisplay { StandardError.writePart($0) }
    }

    private let isTerminal = StandardError.isTerminal
    private let state = Mutex(State())

    /// Shows how far a step is, not more often than people or logs can take.
    func show(_ step: String, _ done: Int, of total: Int?, unit: Unit) {
        let now = ContinuousClock.now
        state.withLock { state in
            if step != state.step {
                state.step = step
                state.meter = RateMeter()
                // Short steps are not worth a line in a log.
                state.shown = isTerminal ? nil : now
            }
            state.meter.note(done, at: now)
            let pause = isTerminal ? Duration.milliseconds(100) : .seconds(5)
            guard state.shown.map({ now - $0 >= pause }) ?? true else { return }
            state.shown = now
            let line = Self.line(step, done, of: total, unit: unit, state.meter)
            if isTerminal { state.display.show([line]) } else { StandardError.write(line) }
        }
    }

    /// Takes the bar away.
    func end() {
        guard isTerminal else { return }
        state.withLock { $0.display.clear() }
    }

    private static func line(_ step: String, _ done: Int, of total: Int?, unit: Unit, _ meter: RateMeter) -> String {
        var parts = [step]
        if let total {
            parts.append("[\(ProgressBar.text(done, of: total, width: 20))] \(NumberText.share(done, of: total))")
            parts.append("\(unit.number(done)) of \(unit.text(total))")
        } else {
            parts.append(unit.text(done))
        }
        if let rate = meter.rate, rate >= 1 { parts.append("\(unit.text(Int(rate)))/s") }
        if let total, let left = meter.timeLeft(for: total - done), left > .zero {
            parts.append("\(NumberText.duration(left)) left")
        }
        return parts.joined(separator: "  ")
    }
}
