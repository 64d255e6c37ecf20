#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The present time as text in ISO 8601, UTC, with milliseconds; the second is formatted only when it changes.
struct LogClock {
    private var second: Int = .min
    /// Date and time up to the second, as in `2026-01-31T23:59:59.`, formatted.
    private var text: [UInt8] = []

    mutating func appendNow(to bytes: inout [UInt8]) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        append(second: Int(now.tv_sec), millisecond: Int(now.tv_nsec) / 1_000_000, to: &bytes)
    }

    mutating func append(second: Int, millisecond: Int, to bytes: inout [UInt8]) {
        if second != self.second {
            self.second = second
            var parts = tm()
            var time = time_t(second)
            gmtime_r(&time, &parts)
            text.removeAll(keepingCapacity: true)
            append(Int(parts.tm_year) + 1900, digits: 4, "-")
            append(Int(parts.tm_mon) + 1, digits: 2, "-")
            append(Int(parts.tm_mday), digits: 2, "T")
            append(Int(parts.tm_hour), digits: 2, ":")
            append(Int(parts.tm_min), digits: 2, ":")
            append(Int(parts.tm_sec), digits: 2, ".")
        }
        bytes.append(contentsOf: text)
        bytes.append(0x30 + UInt8(millisecond / 100))
        bytes.append(0x30 + UInt8(millisecond / 10 % 10))
        bytes.append(0x30 + UInt8(millisecond % 10))
        bytes.append(UInt8(ascii: "Z"))
    }

    private mutating func append(_ number: Int, digits: Int, _ after: Unicode.Scalar) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(0x30 + UInt8(number / divisor % 10))
            divisor /= 10
        }
        text.append(UInt8(ascii: after))
    }
}
