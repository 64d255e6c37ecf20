internal import Foundation
internal import NIOCore

/// A file's bytes in pieces, read as they are wanted.
struct FileChunks: AsyncSequence, Sendable {
    private static let chunkBytes = 256 << 10

    /// The number of bytes; `nil` for a pipe.
    let size: Int?
    private let handle: FileHandle
    private let note: @Sendable (Int) -> Void

    /// Opens a file.
    ///
    /// - Parameter note: called with the number of bytes read so far.
    /// - Throws: ``CommandError`` naming the file and what is wrong with it.
    init(path: String, note: @escaping @Sendable (Int) -> Void) throws {
        handle = try InputFile.open(path)
        size = InputFile.size(path)
        self.note = note
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(handle: handle, note: note)
    }

    /// Reads one piece after the other.
    struct Iterator: AsyncIteratorProtocol {
        fileprivate let handle: FileHandle
        fileprivate let note: @Sendable (Int) -> Void
        private var bytes = 0

        fileprivate init(handle: FileHandle, note: @escaping @Sendable (Int) -> Void) {
            self.handle = handle
            self.note = note
        }

        mutating func next() async throws -> ByteBuffer? {
            guard let data = try handle.read(upToCount: FileChunks.chunkBytes), !data.isEmpty else { return nil }
            bytes += data.count
            note(bytes)
            return ByteBuffer(bytes: data)
        }
    }
}
