/// Who wrote a message, as its header shows: a mail system, an answering machine, or a person.
struct MessageOrigin: Sendable {
    /// Whether a mail system sent it: a daemon for an author, a report by its type.
    var isMailSystem: Bool
    /// Whether it has no return path, as reports and good answering machines do.
    var hasNullReturnPath: Bool
    /// Whether its subject is that of a failure.
    var hasFailureSubject: Bool
    /// Whether its subject or a field says that it is only a warning.
    var isWarning: Bool
    /// Whether nobody wrote it (RFC 3834 §5), or it looks like that.
    var isAutomatic: Bool
    /// Whether it shows itself to be an answering machine's; mail systems also say that their notices are automatic.
    var isAbsenceNotice: Bool
    /// The recipients that its header names as failed.
    var failedRecipients: [String]
    /// Whom it was sent to and by whom.
    var ownAddresses: [String]
    /// The addresses that it was delivered to.
    var addressees: [String]

    init(_ header: MIMEHeader, limit: Int) {
        let subject = Array((header.text("subject") ?? "").utf8)[...]
        let author = header.unfolded("from") ?? []
        let returnPath = header.unfolded("return-path")
        let type = header.unfolded("content-type") ?? []
        isMailSystem =
            Self.daemons.occurs(in: author) || author.isText("<>") || Self.daemons.occurs(in: returnPath ?? [])
            || header.has("x-failed-recipients") || header.has("x-bounced-address")
            || type.hasPrefix("multipart/report")
        hasNullReturnPath = returnPath?.isText("<>") ?? false
        hasFailureSubject = Self.failureSubjects.occurs(in: subject)
        isWarning = Self.warningSubjects.occurs(in: subject)
        let submitted = header.unfolded("auto-submitted")
        isAbsenceNotice =
            header.unfolded("precedence")?.hasPrefix("auto") ?? false || header.has("x-autoreply")
            || header.has("x-autorespond") || header.has("x-autoresponse") || header.has("x-auto-reply-from")
            || header.has("x-vacation") || Self.automaticSubjects.occurs(in: subject)
        isAutomatic = isAbsenceNotice || submitted.map { !$0.hasPrefix("no") } ?? false
        failedRecipients = Self.addresses(header, ["x-failed-recipients"], limit: limit)
        addressees = Self.addresses(
            header, ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"], limit: limit)
        ownAddresses = addressees + Self.addresses(header, ["from", "return-path", "sender", "reply-to"], limit: 8)
    }

    private static func addresses(_ header: MIMEHeader, _ names: [StaticString], limit: Int) -> [String] {
        var result: [String] = []
        for name in names {
            for value in header.all(name) where result.count < limit {
                result += AddressFinder.addresses(in: MIMEHeader.unfolded(value), atMost: limit).map(\.address)
            }
        }
        return Array(result.prefix(limit))
    }

    /// Names under which mail systems write.
    private static let daemons: WordSet = [
        "mailer-daemon", "mailerdaemon", "mailer daemon", "mail-daemon", "mail delivery", "postmaster", "poostmaster",
        "post_master", "mdaemon", "mail administrator", "mail system", "bounce", "ndr", "delivery-notification",
        "mailsystem", "mail_system", "system administrator", "systemadministrator", "mail.delivery", "maildaemon",
        "non-delivery",
    ]
    private static let failureSubjects: WordSet = [
        "undeliver", "undelivered", "not delivered", "returned mail", "returned to sender", "returning message",
        "delivery fail", "delivery status", "delivery notification", "delivery report", "delivery problem",
        "delivery error", "delivery has failed", "delivery unsuccessful", "failure notice", "failure delivery",
        "mail failed", "mail error", "mail system error", "failed mail", "failed delivery", "failed to deliver",
        "non-delivery", "nondelivery", "non delivery", "could not be delivered", "couldn't be delivered",
        "cannot be delivered", "can't be delivered", "unable to deliver", "was not delivered", "wasn't delivered",
        "error sending", "message rejected", "mail rejected", "rejected mail", "bounced", "bounce", "user unknown",
        "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "unzustellbare", "non remis", "échec",
        "non distribu", "mancato recapito", "mancata consegna", "non recapitabile", "no entregado",
        "no se puede entregar",
        "não entregue", "недоставлен", "не доставлено", "配信不能", "メールエラー", "配送エラー", "送信エラー", "退信",
    ]
    private static let warningSubjects: WordSet = [
        "delayed", "(delay)", "delay)", "still being retried", "verzögert", "retardé",
        "not yet been delivered",
    ]
    private static let automaticSubjects: WordSet = [
        "auto reply", "auto-reply", "autoreply", "automatic reply", "automated reply", "auto response", "auto-response",
        "autoresponse", "out of office", "out of the office", "vacation", "away from", "i am away", "on leave",
        "automatische antwort", "abwesenheit", "abwesend", "réponse automatique", "absence", "absent",
        "risposta automatica",
        "fuori sede", "fuori ufficio", "respuesta automática", "fuera de la oficina", "resposta automática",
        "ausência", "automatisch antwoord", "afwezig", "autosvar", "frånvaro", "automaattinen vastaus", "автоответ",
        "自動返信", "自动回复", "自動回覆",
    ]
}
