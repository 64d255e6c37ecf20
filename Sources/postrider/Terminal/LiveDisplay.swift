/// A few lines of a terminal that are written again and again in place.
struct LiveDisplay {
    private let width: () -> Int
    private let write: (String) -> Void
    private var height = 0

    /// Writes to a terminal by `write`, which adds nothing; `width` is how many columns it has at this moment.
    init(width: @escaping () -> Int = { TerminalSize.columns() }, write: @escaping (String) -> Void) {
        self.width = width
        self.write = write
    }

    /// Replaces what was shown before.
    mutating func show(_ lines: [String]) {
        // A line that wraps would be taller than it counts for.
        let columns = width()
        let lines = lines.map { TextWidth.cut($0, to: columns - 1) }
        write(erasure + lines.joined(separator: "\n") + "\n")
        height = lines.count
    }

    /// Removes what was shown.
    mutating func clear() {
        guard height > 0 else { return }
        write(erasure)
        height = 0
    }

    /// Up to the first line, then clears from there to the end of the screen.
    private var erasure: String { height > 0 ? "\u{1B}[\(height)A\r\u{1B}[J" : "" }
}
