/// What notices say of a message as a whole, in the languages of the large providers.
enum NoticePhrases {
    /// Of a failure.
    static let failures: WordSet = [
        "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "not delivered",
        "wasn't able to deliver", "unable to deliver", "was not able to deliver", "not able to deliver",
        "error delivering", "trouble delivering", "delivery fail", "delivery to the following", "delivery problem",
        "delivery error", "failed to deliver", "delivery of", "did not reach", "didn't reach", "did not receive",
        "permanent error", "permanent fail", "permanent fatal", "failed permanently", "following addresses",
        "failed addresses", "failed recipient", "following recipient", "undeliver", "transcript of session",
        "returned to sender", "user unknown", "unknown user", "no such user", "rejected", "error message",
        "error occurred", "not be delivered", "has been blocked", "returned mail", "could not deliver",
        "cannot deliver", "can't deliver", "couldn't deliver", "no longer valid", "does not exist",
        // German
        "konnte nicht zugestellt", "nicht zugestellt", "nicht zustellbar", "unzustellbar", "nicht ausgeliefert",
        "zustellung fehlgeschlagen", "fehler bei der",
        // French, Italian
        "n'a pas pu être", "n’a pas pu être", "n'a pu être", "non distribu", "impossible de remettre", "pas été remis",
        "échec", "non è stato possibile", "non è stato consegnato", "non è stato recapitato", "mancata consegna",
        "impossibile recapitare", "impossibile consegnare",
        // Spanish, Portuguese
        "no se pudo entregar", "no se ha podido entregar", "no pudo ser entregado", "no ha podido ser entregado",
        "no se puede entregar", "no fue entregado", "não foi possível", "não pôde ser entregue",
        "não pode ser entregue",
        "não foi entregue", "falha na entrega",
        // Dutch, Polish, Swedish
        "niet worden bezorgd", "niet worden afgeleverd", "niet bezorgd", "niet afgeleverd", "onbestelbaar",
        "nie mogła zostać", "nie została dostarczona", "nie można dostarczyć", "nie udało się dostarczyć",
        "kunde inte levereras",
        // Russian
        "не может быть доставлен", "не доставлен", "не удалось доставить", "недоставлен", "не может быть отправлен",
        "невозможно доставить", "не было доставлен", "ошибка при доставке",
        // Japanese, Chinese, Korean
        "配信できません", "配送できません", "送信できません", "お届けできません", "届けることができません", "届きません", "配信不能", "見つかりません",
        "退回", "退信", "无法送达", "无法投递", "未能送达", "投递失败", "发送失败", "無法傳遞", "전송되지", "전달되지", "발송되지", "전송하지 못", "배달하지 못",
        "실패",
    ]
    /// Of a message that is still tried.
    static let delays: WordSet = [
        "has been delayed", "is delayed", "been delayed", "not yet been delivered", "not been delivered yet",
        "warning message only", "will be retried", "will continue to", "attempts will continue", "still trying",
        "continue to be attempted", "do not need to resend", "temporarily delayed", "delivery is delayed",
        "being retried", "keep trying", "will retry", "will keep retrying", "no action is required", "will try again",
        "noch nicht zugestellt", "wird weiter versucht", "weiterhin versucht", "weitere zustellversuche",
        "n'a pas encore", "sera de nouveau", "non è ancora stato", "verranno effettuati altri",
        "todavía no se ha", "aún no se ha", "seguirá intentando", "se seguirá", "ainda não foi entregue",
        "continuaremos tentando", "nog niet bezorgd", "nog niet afgeleverd", "opnieuw geprobeerd",
        "nie została jeszcze", "пока не доставлен", "еще не доставлен", "ещё не доставлен", "попытки доставки будут",
        "まだ配送されて", "まだ配信されて", "再送を試み", "再送信を試み", "配信が遅れ", "尚未送达", "继续尝试", "将重试", "다시 시도",
    ]
    /// Of one that is not.
    static let final: WordSet = [
        "failed permanently", "permanent error", "permanent fatal", "giving up", "given up", "permanently failed",
        "no further delivery attempts", "could not be delivered for", "will not be retried", "no longer be retried",
        "endgültig", "définitive", "definitiv",
    ]
    /// Of one that a mailing list does not take.
    static let listRefusals: WordSet = [
        "not a member", "not member", "are not allowed to post", "not allowed to post", "members only", "only members",
        "subscribers only", "has been rejected by", "automatically rejected", "rejecting your request", "loop alert",
        "duplicated message-id", "posting denied", "is not subscribed", "not subscribed to",
        "not allowed to send", "authorization denied", "restricted to list", "was rejected",
    ]
    /// Of one that waits until its sender has shown that he is a person.
    static let challenges: WordSet = [
        "please confirm", "to confirm that", "confirm your message", "confirm that you are", "awaiting verification",
        "awaits your confirmation", "verify that you", "verify yourself", "prove that you", "challenge",
        "sender verification", "sender confirmation", "approved sender", "added to the list of allowed",
        "bitte bestätigen", "veuillez confirmer", "confirmar o envio", "por favor confirme", "conferma",
        "antispam uol", "confirmação", "подтвердите",
    ]
}
