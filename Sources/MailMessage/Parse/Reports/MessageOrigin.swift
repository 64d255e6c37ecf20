/// Who wrote a message, as its header shows: a mail system, an answering machine, or a person.
struct MessageOrigin: Sendable {
    /// Whether a mail system sent it: a daemon for an author, a report by its type.
    var isMailSystem: Bool
    /// Whether it is a report of another kind: a receipt (RFC 8098), a TLS report (RFC 8460).
    var isOtherReport: Bool
    /// Whether it says that a recipient's filter refused a message (RFC 5429 §2.2.1).
    var isRejection: Bool
    /// Whether a person's program wrote it as an answer to another message.
    var isReply: Bool
    /// Whether the program of a mailing list wrote it.
    var isListManager: Bool
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
    /// The domain of its author.
    var authorDomain: String?
    /// Whom it was sent to and by whom.
    var ownAddresses: [String]
    /// The addresses that it was delivered to.
    var addressees: [String]

    init(_ header: MIMEHeader, limit: Int) {
        let subject = Array((header.text("subject") ?? "").utf8)[...]
        let author = header.unfolded("from") ?? []
        let returnPath = header.unfolded("return-path")
        let type = ContentType(reading: header.unfolded("content-type") ?? [])
        let isReport = type.isMultipart && type.subtype == "report"
        let reportType = type.parameter("report-type") ?? "delivery-status"
        isOtherReport = isReport && reportType != "delivery-status" && reportType != "feedback-report"
        isListManager =
            header.has("list-id") || header.has("x-beenthere") || header.has("x-mlserver") || header.has("mailing-list")
            || header.has("x-mailman-version")
        isMailSystem =
            Self.daemons.occurs(in: author) || !isListManager && Self.bounces.occurs(in: author) || author.isText("<>")
            || Self.daemons.occurs(in: returnPath ?? [])
            || header.has("x-failed-recipients") || header.has("x-bounced-address")
            || isReport && !isOtherReport
        hasNullReturnPath = returnPath?.isText("<>") ?? false
        isReply = subject.hasPrefix("re:") && header.has("in-reply-to")
        hasFailureSubject = Self.failureSubjects.occurs(in: subject)
        isWarning = Self.warningSubjects.occurs(in: subject)
        let submitted = header.unfolded("auto-submitted")
        isRejection = submitted?.firstRange(ofText: "(rejected)") != nil
        isAbsenceNotice =
            header.unfolded("precedence")?.hasPrefix("auto") ?? false || header.has("x-autoreply")
            || header.has("x-autorespond") || header.has("x-autoresponse") || header.has("x-auto-reply-from")
            || header.has("x-vacation") || Self.automaticSubjects.occurs(in: subject)
        isAutomatic = isAbsenceNotice || submitted.map { !$0.hasPrefix("no") } ?? false
        authorDomain = AddressFinder.address(of: author)?.split(separator: "@").last.map(String.init)
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
        "post_master", "mdaemon", "mail administrator", "mail system", "ndr", "delivery-notification",
        "mailsystem", "mail_system", "system administrator", "systemadministrator", "mail.delivery", "maildaemon",
        "non-delivery", "microsoftexchange", "mail gateway", "mail security", "mail_delivery", "mail-delivery",
        "mail server", "mail-system", "maildelivery", "systemadmin", "courier mail", "mailadmin",
    ]
    /// The name in front of which mailing lists put their own.
    private static let bounces: WordSet = ["bounce"]
    private static let failureSubjects: WordSet = [
        "undeliver", "undelivered", "not delivered", "returned mail", "returned to sender", "returning message",
        "returning to sender", "delivery fail", "delivery status", "delivery notification", "delivery report",
        "delivery problem", "delivery error", "delivery has failed", "delivery unsuccessful", "delivery impossible",
        "failure notice", "failure delivery", "failure notification",
        "mail failed", "mail fail", "mail error", "mail system error", "failed mail", "failed delivery",
        "failed to deliver", "message not deliver", "mail not deliver", "nondeliverable",
        "non-delivery", "nondelivery", "non delivery", "could not be delivered", "couldn't be delivered",
        "cannot be delivered", "can't be delivered", "unable to deliver", "was not delivered", "wasn't delivered",
        "error sending", "message rejected", "mail rejected", "rejected mail", "bounced", "bounce", "user unknown",
        "message status - undeliverable", "unable to be delivered",
        // German
        "unzustellbar", "nicht zugestellt", "nicht zustellbar", "zustellung fehlgeschlagen", "unzustellbare",
        "zustellfehler", "zustellproblem", "fehler bei der zustellung", "mail-zustellung",
        // French, Italian
        "non remis", "échec", "non distribu", "non délivré", "n'a pas été remis", "n'a pas pu être", "mancato recapito",
        "mancata consegna", "non recapitabile", "non consegnat", "errore di consegna", "impossibile recapitare",
        // Spanish, Portuguese
        "no entregado", "no se puede entregar", "no se pudo entregar", "no se ha podido entregar", "error de entrega",
        "fallo en la entrega", "correo devuelto", "mensaje devuelto", "não entregue", "não foi entregue",
        "falha na entrega", "falha de entrega", "erro na entrega", "mensagem devolvida", "não pôde ser entregue",
        // Dutch, Polish and others
        "niet bezorgd", "onbestelbaar", "niet worden bezorgd", "niet afgeleverd", "niet worden afgeleverd",
        "nie dostarczono", "niedostarczon", "nie mogła zostać dostarczona", "nie została dostarczona",
        "zwrot wiadomości", "olevererbart", "kan inte levereras", "kunde inte levereras", "ikke leveres",
        "nedoručiteln", "nem kézbesíthető", "teslim edilemedi",
        // Russian
        "недоставлен", "не доставлен", "не может быть доставлен", "ошибка доставки", "невозможно доставить",
        // Japanese, Chinese, Korean
        "配信不能", "配信できません", "配送できません", "メールエラー", "配送エラー", "送信エラー", "配信エラー", "送信できません", "不達",
        "退信", "退回", "投递失败", "发送失败", "無法傳遞", "无法投递", "无法送达", "전송 실패", "발송 실패", "반송", "배달 실패",
    ]
    private static let warningSubjects: WordSet = [
        "delayed", "(delay)", "delay)", "still being retried", "verzögert", "retardé", "delivery delay", "delay in",
        "not yet been delivered", "verzögerung", "ritardo", "retraso", "vertraagd", "задержк", "遅延", "延迟", "지연",
    ]
    private static let automaticSubjects: WordSet = [
        "auto reply", "auto-reply", "autoreply", "automatic reply", "automated reply", "auto response", "auto-response",
        "autoresponse", "autoresponder", "out of office", "out of the office", "out-of-office", "out of town",
        "vacation", "away from", "i am away", "on leave", "on holiday", "annual leave", "ooo:",
        "automatische antwort", "abwesenheit", "abwesend", "nicht im büro", "urlaub", "eingangsbestätigung",
        "réponse automatique", "absence", "absent", "congé",
        "risposta automatica", "fuori sede", "fuori ufficio", "assente", "assenza",
        "respuesta automática", "fuera de la oficina", "fuera de oficina", "ausente",
        "resposta automática", "ausência", "fora do escritório", "férias",
        "automatisch antwoord", "automatische beantwoording", "afwezig", "vakantie",
        "autosvar", "frånvaro", "fravær", "ikke til stede", "automaattinen vastaus", "poissa",
        "autoodpowiedź", "automatyczna odpowiedź", "nieobecność", "poza biurem", "automatická odpověď", "mimo kancelář",
        "automatikus válasz", "otomatik yanıt", "Αυτόματη απάντηση", "αυτόματη απάντηση", "מענה אוטומטי", "رد تلقائي",
        "автоответ", "автоматический ответ", "отпуск", "отсутств",
        "自動返信", "自動応答", "不在", "自动回复", "自動回覆", "外出", "休假", "자동 회신", "자동 응답", "자동응답", "부재중",
    ]
}
