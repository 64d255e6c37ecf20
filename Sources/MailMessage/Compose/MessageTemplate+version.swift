internal import Delivery

extension MessageTemplate {
    /// A hash of everything in the template, 32 hexadecimal digits: equal for equal content on every machine and in every run.
    ///
    /// FNV-1a of 128 bits. It tells versions apart; it does not withstand somebody who looks for a collision.
    public var version: String {
        var hash = ContentHash()
        hash.combine(from.displayName)
        hash.combine(from.address)
        hash.combine(replyTo?.displayName)
        hash.combine(replyTo?.address)
        hash.combine(subject)
        hash.combine(text)
        hash.combine(html)
        hash.combine(listUnsubscribe)
        hash.combine(messageIDDomain)
        hash.combine(messageIDSalt)
        // What there is none of changes no hash that was there before it.
        if let options {
            for value in [
                options.unsubscribeURL, options.surveyURL, options.listID, options.feedbackID, options.bounceDomain,
                options.dkim?.rawValue,
            ] {
                hash.combine(value)
            }
            if let provider = options.provider { hash.combine(provider.rawValue) }
        }
        if let options, options.tracksAnything || options.language != nil || options.trackingURL != nil {
            hash.combine("tracking")
            for value in [
                options.language?.rawValue, options.trackingURL, options.trackOpens.map(String.init),
                options.trackClicks.map(String.init),
            ] {
                hash.combine(value)
            }
        }
        for file in attachments {
            hash.combine(file.name)
            hash.combine(file.type)
            hash.combine(file.isInline ? "inline" : "attached")
            hash.combine(bytes: Array(file.content))
        }
        return hash.hexadecimal
    }
}

/// FNV-1a over a sequence of optional strings; each is preceded by its length, so that no two sequences look alike.
private struct ContentHash {
    private var value: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    mutating func combine(_ text: String?) {
        guard let text else {
            combine(byte: 0)
            return
        }
        combine(byte: 1)
        combine(bytes: Array(text.utf8))
    }

    mutating func combine(bytes: [UInt8]) {
        var length = UInt64(bytes.count)
        for _ in 0..<8 {
            combine(byte: UInt8(truncatingIfNeeded: length))
            length >>= 8
        }
        for byte in bytes {
            combine(byte: byte)
        }
    }

    private mutating func combine(byte: UInt8) {
        value ^= UInt128(byte)
        value &*= 0x0000_0000_0100_0000_0000_0000_0000_013b
    }

    var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
