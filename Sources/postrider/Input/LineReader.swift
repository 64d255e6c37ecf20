internal import Foundation

/// Reads lines from a file or pipe in large pieces, so that a hundred thousand of them take a moment.
struct LineReader {
    private static let chunkBytes = 1 << 16

    private let handle: FileHandle
    private var rest: [UInt8] = []
    private var isAtEnd = false

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    /// The lines that can be read at once, at least one, without their line ends; `nil` at the end.
    ///
    /// Answering them before asking for more lets another program send a line and wait for its answer.
    mutating func nextLines() throws -> [[UInt8]]? {
        while !isAtEnd {
            let data = Self.readOnce(handle)
            guard !data.isEmpty else {
                isAtEnd = true
                break
            }
            rest.append(contentsOf: data)
            let lines = takeLines()
            if !lines.isEmpty { return lines }
        }
        guard !rest.isEmpty else { return nil }
        defer { rest = [] }
        return [Self.withoutCarriageReturn(rest[...])]
    }

    /// What there is, without waiting for more than the first byte; `FileHandle` would wait until its count is full.
    private static func readOnce(_ handle: FileHandle) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
            var read = -1
            repeat {
                read = Foundation.read(handle.fileDescriptor, buffer.baseAddress, chunkBytes)
            } while read < 0 && errno == EINTR
            count = max(read, 0)
        }
    }

    private mutating func takeLines() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(Self.withoutCarriageReturn(rest[start..<end]))
            start = end + 1
        }
        rest.removeFirst(start)
        return lines
    }

    private static func withoutCarriageReturn(_ line: ArraySlice<UInt8>) -> [UInt8] {
        Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
}
