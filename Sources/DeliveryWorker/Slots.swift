/// Keeps values under small numbers that are used again: an array in place of a dictionary on the path of every message.
struct Slots<Value> {
    private var values: [Value?] = []
    private var free: [Int] = []

    var count: Int { values.count - free.count }

    /// The values that are kept, in no order.
    var all: [Value] { values.compactMap(\.self) }

    /// Keeps a value and names its slot.
    mutating func insert(_ value: Value) -> UInt64 {
        if let slot = free.popLast() {
            values[slot] = value
            return UInt64(slot)
        }
        values.append(value)
        return UInt64(values.count - 1)
    }

    func contains(where condition: (Value) -> Bool) -> Bool {
        values.contains { $0.map(condition) ?? false }
    }

    /// Changes every value in place.
    mutating func forEach(_ change: (inout Value) -> Void) {
        for slot in values.indices {
            guard var value = values[slot] else { continue }
            change(&value)
            values[slot] = value
        }
    }

    /// Takes the value out of a slot; `nil` when the slot is empty.
    mutating func remove(_ slot: UInt64) -> Value? {
        guard slot < UInt64(values.count), let value = values[Int(slot)] else { return nil }
        values[Int(slot)] = nil
        free.append(Int(slot))
        return value
    }
}
