/// Undoes the transfer encodings of RFC 2045 §6, taking what is broken as it was probably meant.
enum TransferDecoder {
    /// The decoded bytes of a body, at most as many as a limit; `nil` where the encoding changes nothing.
    static func decoded(_ body: Bytes, encoding: Bytes, limit: Int) -> [UInt8]? {
        if encoding.isText("quoted-printable") { return quotedPrintable(body, limit: limit) }
        if encoding.isText("base64") { return base64(body, limit: limit) }
        return nil
    }

    /// Base64 (RFC 2045 §6.8); whatever is not in its alphabet is passed over.
    static func base64(_ body: Bytes, limit: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(min(body.count / 4 * 3 + 3, limit))
        var group: UInt32 = 0
        var count = 0
        for byte in body {
            let value = values[Int(byte)]
            guard value < 64 else {
                // Padding ends a group; another may follow where encoded pieces were put together.
                if byte == UInt8(ascii: "="), count > 0 {
                    appendRest(group, count, to: &result)
                    group = 0
                    count = 0
                }
                continue
            }
            group = group << 6 | UInt32(value)
            count += 1
            if count == 4 {
                guard result.count + 3 <= limit else { return result }
                result.append(UInt8(truncatingIfNeeded: group >> 16))
                result.append(UInt8(truncatingIfNeeded: group >> 8))
                result.append(UInt8(truncatingIfNeeded: group))
                group = 0
                count = 0
            }
        }
        appendRest(group, count, to: &result)
        return result
    }

    /// Quoted-printable (RFC 2045 §6.7); an equals sign that begins no code stands for itself.
    static func quotedPrintable(_ body: Bytes, limit: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(min(body.count, limit))
        var index = body.startIndex
        while index < body.endIndex, result.count < limit {
            let byte = body[index]
            index += 1
            guard byte == UInt8(ascii: "=") else {
                result.append(byte)
                continue
            }
            if index + 1 < body.endIndex, let high = hexValue(body[index]), let low = hexValue(body[index + 1]) {
                result.append(high << 4 | low)
                index += 2
                continue
            }
            // A soft line break, perhaps with white space that was added on the way.
            var end = index
            while end < body.endIndex, ASCII.isBlank(body[end]) { end += 1 }
            if end == body.endIndex {
                index = end
            } else if body[end] == ASCII.carriageReturn || body[end] == ASCII.lineFeed {
                index = end
                while index < body.endIndex, body[index] == ASCII.carriageReturn { index += 1 }
                if index < body.endIndex, body[index] == ASCII.lineFeed { index += 1 }
            } else {
                result.append(byte)
            }
        }
        return result
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func appendRest(_ group: UInt32, _ count: Int, to result: inout [UInt8]) {
        if count == 2 { result.append(UInt8(truncatingIfNeeded: group >> 4)) }
        if count == 3 {
            result.append(UInt8(truncatingIfNeeded: group >> 10))
            result.append(UInt8(truncatingIfNeeded: group >> 2))
        }
    }

    /// The value of each byte in the alphabet; 255 is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in alphabet.utf8.enumerated() { values[Int(byte)] = UInt8(value) }
        return values
    }()
}
