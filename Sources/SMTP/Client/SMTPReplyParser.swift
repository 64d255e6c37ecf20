import Delivery
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads a server's replies out of the bytes as they come (RFC 5321 §4.2.1), one line or many, in any pieces.
///
/// Tolerant where servers are sloppy: a line may end in a bare LF, and the space after a code may be missing at the line's end.
struct SMTPReplyParser {
    /// What a server said that is no reply.
    struct Malformed: Error, Equatable {
        var problem: String
    }

    /// The most that one reply may have, in bytes of all its lines.
    static let maximumReplyLength = 64 * 1024

    /// Bytes of a line whose end has not come yet.
    private var partial = ByteBuffer()
    /// The first lines of a reply of several.
    private var lines: [UInt8] = []
    private var code: UInt16 = 0
    private var enhancedStatus: EnhancedStatusCode?
    private var isInside = false

    /// Takes the bytes that were read; the replies in them are then handed out by ``next(textWanted:)``.
    mutating func append(_ buffer: ByteBuffer) {
        if partial.readableBytes == 0 {
            partial = buffer
        } else {
            var buffer = buffer
            partial.writeBuffer(&buffer)
        }
    }

    /// The next complete reply, or `nil` until more bytes come.
    ///
    /// The text of a single-line reply is built only where `textWanted` says so for its code.
    mutating func next(textWanted: (UInt16) -> Bool) throws(Malformed) -> SMTPReply? {
        while true {
            let length = partial.withUnsafeReadableBytes { bytes -> Int in
                guard let base = bytes.baseAddress, let end = memchr(base, 0x0A, bytes.count) else { return 0 }
                return UnsafeRawPointer(end) - base + 1
            }
            guard length > 0 else {
                guard partial.readableBytes + lines.count <= Self.maximumReplyLength else {
                    throw Malformed(problem: "the reply is too long")
                }
                // The buffer goes back to the channel's allocator where nothing is left in it.
                if partial.readableBytes == 0 { partial = ByteBuffer() }
                return nil
            }
            guard length + lines.count <= Self.maximumReplyLength else {
                throw Malformed(problem: "the reply is too long")
            }
            let line = partial.withUnsafeReadableBytes { bytes in
                Line(UnsafeRawBufferPointer(rebasing: bytes[..<length]), isInside: isInside, textWanted: textWanted)
            }
            partial.moveReaderIndex(forwardBy: length)
            if let reply = try take(line) { return reply }
        }
    }

    private mutating func take(_ line: Line) throws(Malformed) -> SMTPReply? {
        switch line {
        case .malformed(let start):
            throw Malformed(problem: "the server said \"\(start)\", which is no reply")
        case .single(let reply):
            return reply
        case .part(let code, let enhancedStatus, let text, let isLast):
            if isInside {
                guard code == self.code else { throw Malformed(problem: "the lines of a reply have different codes") }
                lines.append(0x0A)
            } else {
                self.code = code
                self.enhancedStatus = enhancedStatus
            }
            // A status that differs from the first line's is kept as words.
            if let enhancedStatus, enhancedStatus != self.enhancedStatus {
                lines.append(contentsOf: "\(enhancedStatus) ".utf8)
            }
            lines.append(contentsOf: text)
            isInside = !isLast
            guard isLast else { return nil }
            let reply = SMTPReply(
                code: self.code, enhancedStatus: self.enhancedStatus, text: String(decoding: lines, as: UTF8.self))
            lines.removeAll(keepingCapacity: true)
            return reply
        }
    }
}

extension SMTPReplyParser {
    /// One line of a reply.
    private enum Line {
        case single(SMTPReply)
        case part(code: UInt16, enhancedStatus: EnhancedStatusCode?, text: [UInt8], isLast: Bool)
        case malformed(start: String)

        /// Reads a line with its line end.
        init(_ bytes: UnsafeRawBufferPointer, isInside: Bool, textWanted: (UInt16) -> Bool) {
            var end = bytes.count - 1
            if end > 0, bytes[end - 1] == 0x0D { end -= 1 }
            guard end >= 3, let code = Self.code(bytes) else {
                self = .malformed(start: String(decoding: bytes[..<min(end, 80)], as: UTF8.self))
                return
            }
            let isLast = end == 3 || bytes[3] != UInt8(ascii: "-")
            if isLast, !isInside, !textWanted(code) {
                self = .single(SMTPReply(code: code, text: ""))
                return
            }
            // "250Ok" without its space is forgiven.
            var start = end > 3 && (bytes[3] == 0x20 || bytes[3] == UInt8(ascii: "-")) ? 4 : 3
            let status = Self.enhancedStatus(bytes, from: &start, to: end)
            let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            if isLast, !isInside {
                self = .single(
                    SMTPReply(code: code, enhancedStatus: status, text: String(decoding: text, as: UTF8.self)))
            } else {
                self = .part(code: code, enhancedStatus: status, text: Array(text), isLast: isLast)
            }
        }

        /// The three digits at the start of a line, from 200 to 599.
        private static func code(_ bytes: UnsafeRawBufferPointer) -> UInt16? {
            let hundreds = bytes[0] &- 0x30
            let tens = bytes[1] &- 0x30
            let ones = bytes[2] &- 0x30
            guard (2...5).contains(hundreds), tens <= 9, ones <= 9 else { return nil }
            return UInt16(hundreds) * 100 + UInt16(tens) * 10 + UInt16(ones)
        }

        /// Reads `5.1.1` and the space after it, and moves `start` behind both; leaves `start` alone when there is none.
        private static func enhancedStatus(
            _ bytes: UnsafeRawBufferPointer, from start: inout Int, to end: Int
        ) -> EnhancedStatusCode? {
            var position = start
            func number() -> UInt16? {
                let first = position
                var value: UInt16 = 0
                while position < end, position - first < 3, case let digit = bytes[position] &- 0x30, digit <= 9 {
                    value = value * 10 + UInt16(digit)
                    position += 1
                }
                return position > first ? value : nil
            }
            func dot() -> Bool {
                guard position < end, bytes[position] == UInt8(ascii: ".") else { return false }
                position += 1
                return true
            }
            guard let statusClass = number(), statusClass == 2 || statusClass == 4 || statusClass == 5, dot(),
                let subject = number(), dot(), let detail = number(), position == end || bytes[position] == 0x20
            else { return nil }
            start = position == end ? end : position + 1
            return EnhancedStatusCode(UInt8(statusClass), subject, detail)
        }
    }
}
