/// How one attempt to hand a message to a server ended, before any rule has judged it.
public enum DeliveryResult: Hashable, Sendable {
    /// The server's decisive reply about this message or recipient, and to which command it was given.
    case reply(SMTPReply, phase: DeliveryPhase)
    /// The connection was lost or timed out while this message was being sent, before its final dot (or last chunk) went out.
    case lostBeforeFinalDot(String)
    /// The connection was lost or timed out after the final dot (or last chunk) went out and before it was answered: it may have been accepted.
    case lostAfterFinalDot(String)
    /// Nothing was attempted for this message (connection closed or refused before its turn): give it back, charge no attempt.
    case notAttempted
}
