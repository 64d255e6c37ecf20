/// A bar of blocks that fills up.
enum ProgressBar {
    /// The bar at `done` of `total`, `width` characters wide.
    static func text(_ done: Int, of total: Int, width: Int = 32) -> String {
        let share = total > 0 ? min(max(Double(done) / Double(total), 0), 1) : 0
        var full = Int((share * Double(width)).rounded(.down))
        if done > 0, full == 0 { full = 1 }
        return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    }
}
