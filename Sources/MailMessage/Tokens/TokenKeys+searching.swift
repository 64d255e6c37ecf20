public import Delivery

extension TokenKeys {
    /// The deliveries that a message names by tokens of ours anywhere in it, in order and each once.
    ///
    /// A complaint returns our message with its return path and its links, a report repeats our ENVID: each of these is proof,
    /// since nobody else can make a token. Line breaks of quoted-printable are looked through (RFC 2045 §6.7).
    public func deliveries(namedIn bytes: [UInt8]) -> [DeliveryJob.ID] {
        var search = TokenSearch(keys: self)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if TokenSearch.isLetter[Int(byte)] {
                search.letters.append(byte)
            } else if byte == UInt8(ascii: "="), let next = TokenSearch.softBreakEnd(in: bytes, after: index) {
                index = next
                continue
            } else {
                search.endRun()
            }
            index += 1
        }
        search.endRun()
        return search.found
    }
}

/// A search for tokens among runs of the letters that tokens are made of.
private struct TokenSearch {
    let keys: TokenKeys
    var letters: [UInt8] = []
    private(set) var found: [DeliveryJob.ID] = []

    /// The letters of a token; those of base32 (RFC 4648 §6), of either case.
    static let isLetter: [Bool] = (0...255).map { byte in
        let letter = UInt8(byte) | 0x20
        return (0x61...0x7A).contains(letter) && byte > 0x40 || (0x32...0x37).contains(byte)
    }
    /// How many letters may stand right before a token, such as `3D` in quoted-printable.
    private static let prefixes = 4

    init(keys: TokenKeys) {
        self.keys = keys
    }

    /// Where the bytes go on after a soft line break that begins at `index`; `nil` when there is none.
    static func softBreakEnd(in bytes: [UInt8], after index: Int) -> Int? {
        var next = index + 1
        if next < bytes.endIndex, bytes[next] == 0x0D { next += 1 }
        guard next < bytes.endIndex, bytes[next] == 0x0A else { return nil }
        return next + 1
    }

    /// Looks at the letters that came without a gap.
    mutating func endRun() {
        let length = ContactToken.length
        if (length...(length + Self.prefixes)).contains(letters.count) {
            let text = String(decoding: letters.suffix(length), as: UTF8.self)
            if let job = keys.token(in: text)?.job, !found.contains(job) { found.append(job) }
        }
        letters.removeAll(keepingCapacity: true)
    }
}
