/// The reversible encoding of a Unicode label in letters, digits and hyphens (RFC 3492), without the `xn--` prefix.
enum Punycode {
    // The parameters of RFC 3492 §5.
    private static let base: UInt32 = 36
    private static let tmin: UInt32 = 1
    private static let tmax: UInt32 = 26
    private static let skew: UInt32 = 38
    private static let damp: UInt32 = 700
    private static let initialBias: UInt32 = 72
    private static let initialN: UInt32 = 128

    /// Encodes one label; `nil` only when its numbers overflow, which no label of a legal length does.
    static func encode(_ label: String) -> String? {
        let scalars = label.unicodeScalars.map(\.value)
        var output = scalars.filter { $0 < initialN }.map { UInt8($0) }
        let basicCount = UInt32(output.count)
        if basicCount > 0 { output.append(UInt8(ascii: "-")) }

        var n = initialN
        var delta: UInt32 = 0
        var bias = initialBias
        var handled = basicCount
        while handled < scalars.count {
            guard let next = scalars.filter({ $0 >= n }).min() else { return nil }
            let (step, tooFar) = (next - n).multipliedReportingOverflow(by: handled + 1)
            let (sum, overflow) = delta.addingReportingOverflow(step)
            guard !tooFar, !overflow else { return nil }
            delta = sum
            n = next
            for scalar in scalars {
                if scalar < n { delta &+= 1 }
                guard scalar == n else { continue }
                appendVariableLength(delta, bias: bias, to: &output)
                bias = adapted(delta, points: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta &+= 1
            n += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes what ``encode(_:)`` made; `nil` when the text is not Punycode.
    static func decode(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        let hyphen = bytes.lastIndex(of: UInt8(ascii: "-"))
        var output = bytes[..<(hyphen ?? 0)].map { UInt32($0) }
        var position = hyphen.map { $0 + 1 } ?? 0

        var n = initialN
        var index: UInt32 = 0
        var bias = initialBias
        while position < bytes.count {
            let oldIndex = index
            var weight: UInt32 = 1
            var k = base
            while true {
                guard position < bytes.count, let digit = digitValue(bytes[position]) else { return nil }
                position += 1
                let (step, tooFar) = digit.multipliedReportingOverflow(by: weight)
                let (sum, overflow) = index.addingReportingOverflow(step)
                guard !tooFar, !overflow else { return nil }
                index = sum
                let threshold = threshold(k, bias: bias)
                if digit < threshold { break }
                let (grown, tooHeavy) = weight.multipliedReportingOverflow(by: base - threshold)
                guard !tooHeavy else { return nil }
                weight = grown
                k += base
            }
            let count = UInt32(output.count + 1)
            bias = adapted(index - oldIndex, points: count, isFirst: oldIndex == 0)
            let (sum, overflow) = n.addingReportingOverflow(index / count)
            guard !overflow else { return nil }
            n = sum
            index %= count
            output.insert(n, at: Int(index))
            index += 1
        }
        var result = String.UnicodeScalarView()
        for value in output {
            guard let scalar = Unicode.Scalar(value) else { return nil }
            result.append(scalar)
        }
        return String(result)
    }

    private static func appendVariableLength(_ delta: UInt32, bias: UInt32, to output: inout [UInt8]) {
        var rest = delta
        var k = base
        while true {
            let threshold = threshold(k, bias: bias)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            k += base
        }
        output.append(digit(rest))
    }

    private static func threshold(_ k: UInt32, bias: UInt32) -> UInt32 {
        k <= bias ? tmin : min(max(k - bias, tmin), tmax)
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        UInt8(value < 26 ? value + 0x61 : value - 26 + 0x30)
    }

    private static func digitValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte) - 0x30 + 26
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61
        default: nil
        }
    }

    /// The bias after a delta (RFC 3492 §6.1).
    private static func adapted(_ delta: UInt32, points: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / points
        var k: UInt32 = 0
        while delta > ((base - tmin) * tmax) / 2 {
            delta /= base - tmin
            k += base
        }
        return k + (base - tmin + 1) * delta / (delta + skew)
    }
}
