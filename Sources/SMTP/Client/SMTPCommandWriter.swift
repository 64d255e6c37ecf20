import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of the client's commands (RFC 5321 §4.1.1), collected for one write.
struct SMTPCommandWriter {
    /// What is to be written at the next flush.
    private(set) var buffer: ByteBuffer
    var heloName: String

    init(heloName: String, allocator: ByteBufferAllocator) {
        self.heloName = heloName
        buffer = allocator.buffer(capacity: 4096)
    }

    /// Hands out what has been collected; `nil` when there is nothing.
    mutating func take() -> ByteBuffer? {
        guard buffer.readableBytes > 0 else { return nil }
        return buffer
    }

    /// Starts over with the same memory, unless the channel still needs it.
    mutating func clear() {
        buffer.clear()
    }

    mutating func ehlo() { buffer.writeParts("EHLO ", heloName, "\r\n") }
    mutating func lhlo() { buffer.writeParts("LHLO ", heloName, "\r\n") }
    mutating func startTLS() { buffer.writeStaticString("STARTTLS\r\n") }
    mutating func login(_ line: String) { buffer.writeParts("", line, "\r\n") }
    mutating func helo() { buffer.writeParts("HELO ", heloName, "\r\n") }
    mutating func reset() { buffer.writeStaticString("RSET\r\n") }
    mutating func data() { buffer.writeStaticString("DATA\r\n") }
    mutating func loneDot() { buffer.writeStaticString(".\r\n") }
    mutating func quit() { buffer.writeStaticString("QUIT\r\n") }

    /// MAIL FROM with the parameters that the server announced and the message needs.
    mutating func mail(_ message: OutgoingMessage, _ extensions: SMTPExtensions) {
        buffer.writeParts("MAIL FROM:<", message.sender, ">")
        if extensions.size {
            buffer.writeStaticString(" SIZE=")
            buffer.writeDecimal(message.content.count)
        }
        if extensions.eightBitMIME, message.content.hasEightBitByte { buffer.writeStaticString(" BODY=8BITMIME") }
        if message.needsSMTPUTF8 { buffer.writeStaticString(" SMTPUTF8") }
        if let notifications = message.notifications, extensions.dsn { buffer.writeMailParameters(notifications) }
        if message.requiresTLS { buffer.writeStaticString(" REQUIRETLS") }
        buffer.writeStaticString("\r\n")
    }

    mutating func recipient(_ message: OutgoingMessage, _ extensions: SMTPExtensions) {
        buffer.writeParts("RCPT TO:<", message.recipient, ">")
        if let notifications = message.notifications, extensions.dsn { buffer.writeRecipientParameters(notifications) }
        buffer.writeStaticString("\r\n")
    }

    /// MAIL, RCPT and DATA, after RSET if asked for.
    mutating func group(_ message: OutgoingMessage, _ extensions: SMTPExtensions, reset: Bool) {
        if reset { self.reset() }
        mail(message, extensions)
        recipient(message, extensions)
        data()
    }

    /// MAIL, RCPT and the content as one chunk, after RSET if asked for.
    mutating func transaction(_ message: OutgoingMessage, _ extensions: SMTPExtensions, reset: Bool) {
        buffer.reserveCapacity(minimumWritableBytes: message.content.count + 512)
        if reset { self.reset() }
        mail(message, extensions)
        recipient(message, extensions)
        chunk(message.content)
    }

    /// The content as the one and last chunk (RFC 3030 §2).
    mutating func chunk(_ content: [UInt8]) {
        buffer.writeStaticString("BDAT ")
        buffer.writeDecimal(content.count)
        buffer.writeStaticString(" LAST\r\n")
        buffer.writeBytes(content)
    }

    /// The content after a 354: dot-stuffed, ended by the dot (RFC 5321 §4.5.2).
    mutating func contentAndDot(_ content: [UInt8]) {
        buffer.reserveCapacity(minimumWritableBytes: content.count + 64)
        let endsInLineEnd = content.withUnsafeBytes { bytes -> Bool in
            guard let base = bytes.baseAddress, !bytes.isEmpty else { return true }
            var written = 0
            var search = 0
            // Dots are rarer than lines in most messages, so the dots are looked for, not the line ends.
            while search < bytes.count, let found = memchr(base + search, 0x2E, bytes.count - search) {
                let dot = UnsafeRawPointer(found) - base
                if dot == 0 || bytes[dot - 1] == 0x0A {
                    buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[written...dot]))
                    written = dot
                }
                search = dot + 1
            }
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[written...]))
            return bytes.count >= 2 && bytes[bytes.count - 2] == 0x0D && bytes[bytes.count - 1] == 0x0A
        }
        buffer.writeStaticString(endsInLineEnd ? ".\r\n" : "\r\n.\r\n")
    }
}

extension ByteBuffer {
    fileprivate mutating func writeParts(_ before: StaticString, _ middle: String, _ after: StaticString) {
        writeStaticString(before)
        writeString(middle)
        writeStaticString(after)
    }

    /// Writes a number in decimal digits without building a string.
    mutating func writeDecimal(_ number: Int) {
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { bytes in
            var rest = number.magnitude
            var start = bytes.count
            repeat {
                start -= 1
                bytes[start] = 0x30 + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            _ = writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }
}

extension [UInt8] {
    /// Whether any byte is outside ASCII.
    fileprivate var hasEightBitByte: Bool {
        withUnsafeBytes { bytes in
            var position = 0
            while position + 32 <= bytes.count {
                let a = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let b = bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
                let c = bytes.loadUnaligned(fromByteOffset: position + 16, as: UInt64.self)
                let d = bytes.loadUnaligned(fromByteOffset: position + 24, as: UInt64.self)
                if (a | b | c | d) & 0x8080_8080_8080_8080 != 0 { return true }
                position += 32
            }
            return bytes[position...].contains { $0 >= 0x80 }
        }
    }
}
