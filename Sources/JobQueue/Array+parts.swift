extension Array {
    /// The array cut into parts of at most `size`, for commands that take so many arguments at once.
    func parts(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
