/// What bounce messages say where no server has refused the message.
extension Words {
    /// The message was given up because nothing came of it for too long.
    static let gaveUp: Phrases = [
        "message expired", "message has expired", "mail expired", "envelope expired", "queue.expired",
        "expired in queue",
        "message … expired", "delivery time expired", "delivery expired", "delivery timed out", "delivery timeout",
        "retry timeout exceeded", "retry time not reached", "retry limit exceeded", "retries exceeded",
        "maximum … retries", "max retries", "number of retries", "multiple retries", "retried … times",
        "too many retries", "giving up after", "gave up after", "long failure period", "all hosts … have been failing",
        "not delivered within", "could not be delivered for", "could not be delivered within",
        "could not be delivered in", "couldn't be delivered for", "unable to deliver … minutes",
        "unable to deliver … hours", "unable to deliver … days", "unable to deliver … for", "undeliverable for",
        "has been in the queue", "in the queue too long", "queue too long", "too long in the queue", "too old",
        "queue lifetime", "maximum queue", "time limit exceeded", "failed … attempts", "delivery attempts",
        "delivery period", "still undelivered after",
    ]
    /// The next server could not be talked to.
    static let notReached: Phrases = [
        "connection timed out", "connection … timed out", "connection refused", "connection reset", "no route to host",
        "network is unreachable", "host … unreachable", "host is down", "host down", "not responding",
        "did not respond", "couldn't connect", "could not connect", "cannot connect", "can't connect",
        "unable to connect", "connect to … failed", "did not accept our requests to connect", "no answer from host",
        "conversation … timed out", "lost connection", "operation timed out", "connection failed",
    ]
    /// The sending server could not ask where the mail goes.
    static let nameServerTrouble: Phrases = [
        "name service error … try again", "name service error … unexpected", "name server … timed out",
        "name server … timeout", "name server … failure", "name server loop", "host name lookup failure",
        "temporary name server", "dns … timed out", "dns … timeout", "dns temporary failure", "servfail",
    ]
    /// What only notices say of an unknown user, or say in a language without spaces between words.
    static let unknownInNotices: Phrases = [
        "invalid final delivery", "does not have a final email delivery point", "no matches to nameserver query",
        "*見つかりません*", "*存在しません*", "*宛先不明*", "*不存在*", "*找不到*", "*찾을 수 없*", "*존재하지 않*",
    ]
}
