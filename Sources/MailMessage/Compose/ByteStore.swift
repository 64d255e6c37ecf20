/// A growing run of bytes in memory of its own, written through a raw pointer.
///
/// Composing a message is mostly copying; an array's uniqueness and bounds checks on every append would cost more than the copies.
struct ByteStore: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 64)
        base = .allocate(capacity: self.capacity)
    }

    deinit {
        base.deallocate()
    }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// Makes room for `additional` more bytes.
    @inline(__always)
    mutating func reserve(_ additional: Int) {
        if capacity - count < additional {
            grow(additional)
        }
    }

    @inline(never)
    private mutating func grow(_ additional: Int) {
        let newCapacity = max(capacity * 2, count + additional)
        let newBase = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        newBase.update(from: base, count: count)
        base.deallocate()
        base = newBase
        capacity = newCapacity
    }

    /// Lets `body` write at most `maximum` bytes at the end; it answers where it stopped.
    @inline(__always)
    mutating func append(atMost maximum: Int, _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        reserve(maximum)
        let end = body(base + count)
        let written = end - (base + count)
        precondition(written >= 0 && written <= maximum, "a writer went past the room that it asked for")
        count += written
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
        guard let start = source.baseAddress else { return }
        reserve(source.count)
        (base + count).update(from: start, count: source.count)
        count += source.count
    }

    @inline(__always)
    mutating func append(_ source: [UInt8]) {
        source.withUnsafeBufferPointer { append($0) }
    }

    /// Appends the bytes of `source` in `range`.
    @inline(__always)
    mutating func append(_ source: [UInt8], in range: Range<Int>) {
        source.withUnsafeBufferPointer { append(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of `text`.
    @inline(__always)
    mutating func append(_ text: String) {
        text.withUTF8Bytes { append($0) }
    }

    /// Appends `number` in decimal digits.
    mutating func append(decimal number: UInt32) {
        append(atMost: 10) { output in
            var digits = 1
            var bound: UInt64 = 10
            while UInt64(number) >= bound {
                digits += 1
                bound *= 10
            }
            var rest = number
            for index in (0..<digits).reversed() {
                output[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            return output + digits
        }
    }

    /// Forgets what stands from `length` on.
    @inline(__always)
    mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "a store can only be made shorter")
        count = length
    }
}

// The memory belongs to one owner, which the type system keeps single; nothing is shared between copies.
extension ByteStore: @unchecked Sendable {}

extension String {
    /// Calls `body` with the string's UTF-8, without a copy where the string is stored as such.
    @inline(__always)
    func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) {
            return result
        }
        return Array(utf8).withUnsafeBufferPointer(body)
    }
}
