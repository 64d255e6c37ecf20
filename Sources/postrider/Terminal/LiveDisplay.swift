/// A few lines of a terminal that are written again and again in place.
struct LiveDisplay {
    private let write: (String) -> Void
    private var height = 0

    /// Writes to a terminal by `write`, which adds nothing.
    init(write: @escaping (String) -> Void) {
        self.write = write
    }

    /// Replaces what was shown before.
    mutating func show(_ lines: [String]) {
        // Up to the first line, then clear from there to the end of the screen.
        var text = height > 0 ? "\u{1B}[\(height)A\r\u{1B}[J" : ""
        text += lines.joined(separator: "\n") + "\n"
        height = lines.count
        write(text)
    }

    /// Removes what was shown.
    mutating func clear() {
        guard height > 0 else { return }
        write("\u{1B}[\(height)A\r\u{1B}[J")
        height = 0
    }
}
