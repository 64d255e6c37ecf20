/// How a simulated mailbox treats what is sent to it.
public enum RecipientBehaviour: Hashable, Sendable {
    /// Accepts.
    case ok
    /// 550 5.1.1, no such user.
    case bounce
    /// 552 5.2.2, mailbox full: so many times, then accepts; always where `times` is `nil`.
    case full(times: Int?)
    /// 552 5.3.4, message too big.
    case tooBig
    /// 554 5.7.1 at the final dot: judged as spam.
    case spam
    /// 550 5.7.26: the sender is not authenticated.
    case rejected
    /// 554 5.7.1: our host is on a block list.
    case blocked
    /// 450 4.2.0 until some seconds after it was first tried, then accepts.
    case greylist
    /// 451 4.3.0: so many times, then accepts; always where `times` is `nil`.
    case deferred(times: Int?)
    /// 421 4.7.0, and the connection is closed.
    case throttle
    /// Closes the connection right after the final dot without an answer, the first time only; then accepts.
    case drop
    /// Accepts, but answers late.
    case slow

    /// The behaviour that a local part asks for by how it begins, letter case aside; `nil` when it asks for none.
    ///
    /// Anything may follow: `bounce-17`, `ok.anna`. `full-2…` and `deferred-3…` say how many times.
    public init?(localPart: some StringProtocol) {
        let name = localPart.utf8
        for (prefix, make) in Self.prefixes
        where name.starts(with: prefix, by: { ((0x41...0x5A).contains($0) ? $0 + 0x20 : $0) == $1 }) {
            self = make(Self.times(name.dropFirst(prefix.count)))
            return
        }
        return nil
    }

    private static let prefixes: [([UInt8], @Sendable (Int?) -> Self)] = [
        (Array("ok".utf8), { _ in .ok }),
        (Array("bounce".utf8), { _ in .bounce }),
        (Array("full".utf8), { .full(times: $0) }),
        (Array("toobig".utf8), { _ in .tooBig }),
        (Array("spam".utf8), { _ in .spam }),
        (Array("rejected".utf8), { _ in .rejected }),
        (Array("blocked".utf8), { _ in .blocked }),
        (Array("greylist".utf8), { _ in .greylist }),
        (Array("deferred".utf8), { .deferred(times: $0) }),
        (Array("throttle".utf8), { _ in .throttle }),
        (Array("drop".utf8), { _ in .drop }),
        (Array("slow".utf8), { _ in .slow }),
    ]

    /// Reads the digits after a hyphen.
    private static func times(_ rest: some Sequence<UInt8>) -> Int? {
        var digits = rest.makeIterator()
        guard digits.next() == UInt8(ascii: "-") else { return nil }
        var times: Int?
        while let digit = digits.next(), (0x30...0x39).contains(digit), times ?? 0 < 100_000 {
            times = (times ?? 0) * 10 + Int(digit - 0x30)
        }
        return times
    }

    /// The behaviour of an address: by its local part, else as the profile draws it from the address and the seed.
    ///
    /// The same address, seed and profile always give the same behaviour, so that the outcome of a campaign can be
    /// computed before it is sent.
    public static func behaviour(for address: String, seed: UInt64, profile: SimulatorProfile) -> Self {
        // Bytes, not characters: this is asked for every recipient.
        let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) ?? address.endIndex
        let localPart = address[..<at]
        return Self(localPart: localPart) ?? profile.draw(StableHash.of(address, seed: seed))
    }
}
