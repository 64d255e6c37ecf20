/// Comparisons whose time does not tell how much of a guess is right.
public enum ConstantTime {
    /// Whether two byte strings are the same; only their lengths can be told from the time that it takes.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        var difference = left.count ^ right.count
        for index in left.indices {
            difference |= Int(left[index] ^ (index < right.count ? right[index] : ~left[index]))
        }
        return difference == 0
    }
}
