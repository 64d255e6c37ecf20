/// What a bounce message says of one recipient, made ready for the rules.
public struct RecipientReport: Hashable, Sendable {
    public var action: ReportAction
    /// The report's Status field, or what a notice without one says (RFC 3464 §2.3.4).
    public var status: EnhancedStatusCode?
    /// What the refusing server said, or the words of the notice; its ``SMTPReply/code`` is 0 where no reply is quoted.
    public var reply: SMTPReply
    /// To which command the reply was given, where that is told; else ``DeliveryPhase/dsn``.
    public var phase: DeliveryPhase
    /// What the reporting system says before it quotes the reply; it may name the phase, and is no reason.
    public var context: String
    /// All that the notice tells people, where it is about this recipient alone: it may hold the reason that the reply does not.
    public var notice: String

    public init(
        action: ReportAction, status: EnhancedStatusCode?, reply: SMTPReply, phase: DeliveryPhase = .dsn,
        context: String = "", notice: String = ""
    ) {
        self.context = context
        self.notice = notice
        self.action = action
        self.status = status
        self.reply = reply
        self.phase = phase
    }
}
