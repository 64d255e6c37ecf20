import Testing

@testable import Delivery

@Suite("Punycode")
struct PunycodeTests {
    /// Samples of RFC 3492 §7.1 and well-known domains.
    static let samples: [(label: String, encoded: String)] = [
        ("bücher", "bcher-kva"),
        ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"),
        ("pročprostěnemluvíčesky", "proprostnemluvesky-uyb24dma41a"),
        ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
        ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
        ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
        ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
        ("ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"),
        ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
        ("そのスピードで", "d9juau41awczczp"),
        ("ü", "tda"),
        ("a", "a-"),
    ]

    @Test("a label is encoded and decoded back", arguments: samples)
    func roundTrip(label: String, encoded: String) {
        #expect(Punycode.encode(label) == encoded)
        #expect(Punycode.decode(encoded) == label)
    }

    @Test("what is not Punycode is not decoded", arguments: ["ü", "99999999", "a-b!c", "a-99999"])
    func garbage(text: String) {
        #expect(Punycode.decode(text) == nil)
    }
}
