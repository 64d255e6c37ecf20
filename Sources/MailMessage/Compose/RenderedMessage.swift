/// Where a rendered message stands in its buffer, and what it asks of the server that it is sent to.
///
/// It never asks for 8BITMIME (RFC 6152): bodies and headers are always encoded to seven bits.
public struct RenderedMessage: Hashable, Sendable {
    /// The message's bytes in the buffer.
    public let range: Range<Int>
    /// Whether an address in its headers is not ASCII, so that the message can only be sent with SMTPUTF8 (RFC 6531).
    public let needsSMTPUTF8: Bool
    /// How much of its body other messages of the mailing share.
    let body: BodyLayout
}

/// How a body came to be: what of it is the same in every message that came to be in the same way.
struct BodyLayout: Hashable, Sendable {
    /// Which variants and encodings its parts have; bodies of the same form begin with the same bytes.
    var form = 0
    /// Where the first byte that depends on the contact may stand, from the start of
    /// the message; `nil` when there is none.
    var constantEnd: Int?

    /// Adds a part.
    ///
    /// - Parameters:
    ///   - variant: Its variant and its encoding, as one small number.
    ///   - end: Where the first byte that depends on the contact may stand; `nil` when there is none.
    mutating func add(variant: Int, constantEnd end: Int?) {
        // What comes after the first part with fields has no say in where they begin.
        guard constantEnd == nil else { return }
        form = form &* 64 &+ variant &+ 1
        constantEnd = end
    }

    /// The layout with its place counted from elsewhere.
    func moved(by distance: Int) -> BodyLayout {
        BodyLayout(form: form, constantEnd: constantEnd.map { $0 + distance })
    }
}
