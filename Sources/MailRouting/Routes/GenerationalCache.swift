/// A dictionary that forgets what was not used for long, so that it never has more than its capacity.
///
/// It has two halves: what is new or was used lately, and what was before that. When the first half is full it becomes
/// the second, whose content is gone. That costs no list of uses and no search.
struct GenerationalCache<Key: Hashable, Value> {
    private let half: Int
    private var recent: [Key: Value] = [:]
    private var former: [Key: Value] = [:]

    init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    /// How many values there are, those that are in both halves counted twice.
    var count: Int { recent.count + former.count }

    /// A value; it counts as used.
    mutating func value(for key: Key) -> Value? {
        if let value = recent[key] { return value }
        guard let value = former.removeValue(forKey: key) else { return nil }
        set(value, for: key)
        return value
    }

    mutating func set(_ value: Value, for key: Key) {
        if recent.count >= half, recent[key] == nil {
            former = recent
            recent = [:]
        }
        recent[key] = value
    }

    mutating func removeValue(for key: Key) {
        recent[key] = nil
        former[key] = nil
    }
}

extension GenerationalCache: Sendable where Key: Sendable, Value: Sendable {}
