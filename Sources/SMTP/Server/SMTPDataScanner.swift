import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds the end of a DATA phase and undoes dot-stuffing (RFC 5321 §4.5.2), whatever pieces the bytes come in.
///
/// Only CRLF "." CRLF ends the content: taking bare line ends for it would let a sender smuggle in commands.
struct SMTPDataScanner {
    /// What was found in the bytes so far.
    struct Progress: Equatable {
        /// Bytes to take out of the buffer.
        var consumed: Int
        /// How many of these are content.
        var content: Int
        var isEnd: Bool
    }

    /// Where the scanner stands: how much of CRLF came last.
    private var afterCR = false
    private var atLineStart = true

    /// Looks at the bytes; hands each piece of content to `keep`, and leaves bytes that cannot be judged yet.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, keep: (UnsafeRawBufferPointer) -> Void) -> Progress {
        guard let base = bytes.baseAddress else { return Progress(consumed: 0, content: 0, isEnd: false) }
        var kept = 0
        var stuffing = 0
        var search = 0
        func give(upTo end: Int) {
            if end > kept { keep(UnsafeRawBufferPointer(rebasing: bytes[kept..<end])) }
            kept = end
        }
        while search < bytes.count, let found = memchr(base + search, 0x2E, bytes.count - search) {
            let dot = UnsafeRawPointer(found) - base
            search = dot + 1
            guard isLineStart(dot, in: bytes) else { continue }
            give(upTo: dot)
            // The two bytes after the dot decide; "\r" alone may still become the end.
            guard dot + 1 < bytes.count, bytes[dot + 1] != 0x0D || dot + 2 < bytes.count else {
                note(bytes, upTo: dot)
                return Progress(consumed: dot, content: dot - stuffing, isEnd: false)
            }
            if bytes[dot + 1] == 0x0D, bytes[dot + 2] == 0x0A {
                self = Self()
                return Progress(consumed: dot + 3, content: dot - stuffing, isEnd: true)
            }
            stuffing += 1
            kept = dot + 1
        }
        give(upTo: bytes.count)
        note(bytes, upTo: bytes.count)
        return Progress(consumed: bytes.count, content: bytes.count - stuffing, isEnd: false)
    }

    private func isLineStart(_ position: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        switch position {
        case 0: atLineStart
        case 1: bytes[0] == 0x0A && afterCR
        default: bytes[position - 1] == 0x0A && bytes[position - 2] == 0x0D
        }
    }

    /// Remembers how the bytes up to `end` ended.
    private mutating func note(_ bytes: UnsafeRawBufferPointer, upTo end: Int) {
        guard end > 0 else { return }
        atLineStart = isLineStart(end, in: bytes)
        afterCR = bytes[end - 1] == 0x0D
    }
}
