/// A reply made ready for the rules: its class decided, its phase corrected, its text free of what only misleads.
struct PreparedReply: Sendable {
    let code: UInt16
    let status: EnhancedStatusCode?
    /// The first digit of the reply code, else of the enhanced status code, else what the words suggest.
    let replyClass: UInt16
    let phase: DeliveryPhase
    /// Whether it was told by a relay, in a bounce message: the phase `dsn` then holds besides the one that the relay names.
    let isReported: Bool
    /// The words without relay boilerplate, URLs, addresses and repeated codes.
    let text: FoldedText
    /// The word lists that have a phrase in the prepared text.
    let words: PhraseIndex.Hits
    /// The lists that have a host name in the untouched text (the prepared one has lost its links).
    let hosts: PhraseIndex.Hits

    init(_ reply: SMTPReply, phase: DeliveryPhase, isReported: Bool = false, _ book: RuleBook) {
        let raw = reply.text.utf8.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        text = FoldedText(utf8: ReplyCleaner.clean(raw))
        words = book.words.search(text.bytes)
        hosts = book.hosts.search(raw)
        self.phase = book.phaseNamed(in: FoldedText(utf8: raw)) ?? phase
        self.isReported = isReported || phase == .dsn
        let refusal = Self.refusal(in: raw)
        code = refusal?.code ?? reply.code
        status = refusal.map { $0.status ?? reply.enhancedStatus } ?? reply.enhancedStatus
        if code != 0 {
            replyClass = code / 100
        } else if let status {
            replyClass = UInt16(status.statusClass)
        } else {
            replyClass = book.soundsTemporary(words) ? 4 : 5
        }
    }

    /// The codes that another server greeted a relay with: `refused to talk to me: 554 5.7.1 …`.
    private static func refusal(in raw: [UInt8]) -> ReplyHead? {
        guard let phrase = raw.firstRange(of: "refused to talk to me:".utf8, from: 0) else { return nil }
        let rest = raw[phrase.upperBound...].drop { $0 == 0x20 }.prefix(24)
        let head = ReplyHead(Substring(decoding: rest, as: UTF8.self))
        return (400...599).contains(head.code) ? head : nil
    }
}
