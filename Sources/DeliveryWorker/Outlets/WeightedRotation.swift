/// Takes turns among members by their weights, as evenly as the weights allow.
///
/// Each round every eligible member gains its weight; the richest one is taken and pays for the round. Weights 5, 1, 1
/// give a a b a c a a, not five a in a row.
struct WeightedRotation {
    private let weights: [Int]
    private var credits: [Int]

    /// - Parameter weights: One for each member, above 0.
    init(weights: [Int]) {
        self.weights = weights.map { max(1, $0) }
        credits = Array(repeating: 0, count: weights.count)
    }

    /// The member whose turn it is among the eligible ones; `nil` when none is.
    mutating func next(where isEligible: (Int) -> Bool) -> Int? {
        guard weights.count > 1 else { return weights.isEmpty || !isEligible(0) ? nil : 0 }
        var chosen: Int?
        var total = 0
        for member in weights.indices where isEligible(member) {
            credits[member] += weights[member]
            total += weights[member]
            if chosen.map({ credits[member] > credits[$0] }) ?? true { chosen = member }
        }
        if let chosen { credits[chosen] -= total }
        return chosen
    }
}
