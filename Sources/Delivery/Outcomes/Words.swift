/// The phrases by which servers of many makes and languages say the same thing.
///
/// Each list belongs to a row or two of the table. Texts are compared without letter case, accents and punctuation (see ``Phrases``).
enum Words {
    /// What a relaying server calls the phase in which the next one refused.
    static let namedPhases: [(phase: DeliveryPhase, words: Phrases)] = [
        (.connect, ["refused to talk to me", "after initial connection", "while performing the initial protocol"]),
        (.dot, ["in reply to end of data", "in reply to end of message", "after end of data", "in reply to bdat"]),
        (
            .rcpt,
            [
                "in reply to rcpt to", "mail server after rcpt to", "after pipelined rcpt to",
                "remote host after rcpt to",
            ]
        ),
        (.mail, ["in reply to mail from", "mail server after mail from", "after pipelined mail from"]),
        (.data, ["in reply to data command", "mail server after data", "after pipelined data"]),
        (.ehlo, ["in reply to ehlo", "in reply to helo", "mail server after ehlo", "mail server after helo"]),
    ]

    /// For texts without any code: they promise another try.
    static let soundsTemporary: Phrases = [
        "temporar*", "try again", "try later", "retry", "greylist*", "graylist*", "grey listed", "greylisting",
        "deferred",
        "come back later", "later", "momentan*", "vorubergehend*", "spater", "temporane*", "riprova*", "plus tard",
    ]

    // MARK: Local findings

    static let loginWanted: Phrases = [
        "authentic*", "auth", "log in", "login", "logon", "sign in", "credentials", "smtp auth*", "username",
        "password",
    ]
    static let nullMX: Phrases = [
        "null mx", "nullmx", "does not accept mail", "doesn't accept mail", "does not accept email", "accepts no mail",
        "no mail accepted",
    ]
    static let domainNotFound: Phrases = [
        "nxdomain", "no such domain", "host not found", "domain not found", "name not found", "not found",
        "unknown host",
        "host unknown", "no such host", "does not exist", "non existent domain", "no mx", "no address", "no a record",
        "no valid mx", "name or service not known", "nodename nor servname", "no data", "nodata", "no mx or a*",
    ]
    static let lookupFailed: Phrases = [
        "servfail", "timed out", "timeout", "time out", "temporar*", "try again", "bogus", "dnssec", "server failure",
        "refused", "no servers could be reached", "lookup failed",
    ]
    static let connectionLost: Phrases = [
        "connection … lost", "lost connection", "connection … closed", "connection … reset", "reset by peer",
        "timed out",
        "timeout", "time out", "broken pipe", "conversation … timed out", "connection … dropped", "disconnected",
        "unexpected eof", "end of file", "hung up", "connection … aborted", "peer closed", "no answer", "no reply",
        "server closed", "closed connection", "connection died", "network is unreachable", "no route to host",
    ]

    // MARK: Any class

    static let permanentlyDeferred: Phrases = [
        "permanently deferred", "retrying will not succeed", "retries will not succeed", "retry will not succeed",
        "will not be accepted … do not retry",
    ]
    static let accessDenied: Phrases = ["access denied", "access is denied", "accessdenied"]

    static let rate: Phrases = [
        "receiving mail at a rate", "receiving mail too quickly", "receiving email at a rate", "receiving too many",
        "receiving messages at a rate", "mail at a rate that", "too many connections", "too many concurrent*",
        "too many simultaneous", "too many messages", "too many mails", "too many emails", "too many e mails",
        "too many sessions", "too many mail", "too many smtp", "too many open", "too many active", "too many deliver*",
        "too many transactions", "too many requests", "too many attempts", "too many new",
        "too many recent", "too many recipients … hour", "too many recipients … minute", "too many recipients … day",
        "too many invalid recipients", "too many unknown recipients", "too many bad recipients", "too much mail",
        "too many outstanding", "too many incoming",
        "too frequent*", "too fast", "too quickly", "frequency limit*", "frequency is limited", "frequency exceed*",
        "connection frequency", "mail frequency", "sending frequency", "frequency … exceed*", "sending too",
        "slow down", "slowdown", "throttl*", "rate limit*", "ratelimit*", "limit rate", "rate control*", "rate exceed*",
        "exceeded … rate", "exceeds … rate", "exceeding … rate", "rate … exceed*", "rate … too high", "message rate",
        "connection rate", "unusual rate", "delivery rate", "sending rate", "unexpected volume", "excessive rate",
        "excessive volume", "volume of mail", "connection limit", "connections limit",
        "limit of connections", "maximum … connections", "max … connections", "number of connections",
        "concurrent connection*", "concurrency limit*", "concurrent limit", "concurrent session*",
        "simultaneous connection*", "session limit exceeded", "messages per", "mails per", "emails per",
        "connections per", "message limit", "hourly limit", "daily limit", "per hour", "per minute", "per second",
        "limit … per day", "sending limit", "exceeded its limit", "reduce the rate",
        "reduce your rate", "reduce … sending", "send … more slowly", "send … slower", "flow control", "traffic shap*",
        "excessive traffic", "too much traffic", "backoff", "back off", "zu viele verbindungen", "zu viele nachrichten",
        "zu viele mails", "trop de connexions", "trop de messages", "trop de mails", "trop d'e mails",
        "troppe connessioni", "troppi messaggi", "troppe mail", "demasiadas conexiones", "demasiados mensajes",
        "muitas conexoes", "ofr_005", "ofr_105", "rp 001", "rp 003", "server is limited to", "mail is rate",
    ]
    /// Quotas of messages rather than of storage.
    static let sendingQuota: Phrases = [
        "sending quota", "daily user sending", "message quota", "hourly quota", "daily quota", "quota of messages",
        "quota … messages per", "quota … per hour", "quota … per day", "rate quota", "connection quota",
    ]
    /// Words of a limit that are only believed in a class 4.
    static let mildRate: Phrases = [
        "user complaints", "limit exceeded", "limit reached", "exceeded … limit", "over … limit", "too many",
        "limited", "limite*", "overquota", "load too high", "tss04", "ts01", "ts02",
    ]
    static let tooManyRecipients: Phrases = [
        "too many recipients", "too many rcpt*", "too many recipient", "many recipients", "recipient limit",
        "recipients limit", "maximum number of recipients", "max recipients", "limit of recipients",
        "number of recipients",
        "one recipient at a time", "only one recipient", "multiple recipients", "recipients exceed*", "too many users",
        "number of users", "recipient count",
    ]

    static let mailboxFull: Phrases = [
        "over quota", "overquota", "quota exceed*", "quota is exceeded", "quota has been exceeded", "quota … exceeded",
        "exceed* … quota", "exceeded … quota", "out of quota", "quota full", "quota reached", "quota violation",
        "mailbox quota", "storage quota", "disk quota", "mail quota", "user quota", "quota limit", "quota", "quotas",
        "mailbox full", "mailbox is full", "mailbox … full", "mailfull", "mailboxfull", "inbox full", "inbox is full",
        "inbox … full", "mail box full", "mail box is full", "maildir … full", "mailfolder … full", "folder is full",
        "account is full", "account full", "mailbox size limit",
        "out of storage", "insufficient storage for", "over storage", "storage limit", "storage full",
        "storage … full", "storage is full", "storage exceeded", "storage space … exceeded", "exceeded storage",
        "exceed* storage", "exceed* … storage", "storage allocation", "storage allotment", "no storage left",
        "not enough storage", "insufficient mailbox", "insufficient user storage", "no space left in mailbox",
        "not enough space in mailbox", "not enough space", "mailbox … no space", "mailbox … exceed*", "mailbox limit",
        "mailbox has reached",
        "overdrawn", "over the allowed quota", "over its limit", "over the limit of", "overlimit", "over limit",
        "postfach … voll", "postfach voll", "mailbox … voll", "speicherplatz", "postfach ist voll",
        "boite … pleine", "boite pleine", "boite aux lettres pleine", "mailbox pleine", "casella piena",
        "casella … piena",
        "casella … esaurit*", "spazio … esaurito", "spazio insufficiente", "buzon lleno", "buzon … lleno",
        "buzon esta lleno",
        "cuota excedida", "cuota … excedida", "cuota", "caixa cheia", "caixa … cheia", "caixa postal cheia",
        "skrzynka pelna", "skrzynka … pelna", "ящик … переполнен", "почтовый ящик переполнен",
        "user is full", "recipient is full", "recipient mailbox … full", "mailbox has exceeded", "mailbox size",
    ]
    static let systemFull: Phrases = [
        "insufficient system storage", "insufficient storage", "insufficient disk", "insufficient space",
        "insufficient system space", "system storage", "not enough disk", "disk full", "disk is full", "no space left",
        "system full", "system is full", "system … full", "out of disk", "low on disk", "disk space", "filesystem full",
        "file system full", "file system is full", "queue file write error", "insufficient system resources",
        "spool … full",
        "mail system full",
    ]
    static let tooBig: Phrases = [
        "too large", "too big", "too long message", "message … too long", "message too heavy", "size … exceed*",
        "exceed* … size", "exceed* … maximum message", "message size", "size limit", "maximum size", "max size",
        "fixed maximum", "fixed limit", "maximum message size", "message length exceeds", "larger than the current",
        "larger than … limit", "larger than … maximum", "exceeds length limit", "message exceeds", "mail size",
        "oversize*", "size of … message … exceed*", "nachricht … zu gross", "nachricht zu gross", "mail zu gross",
        "message trop gros", "trop volumineux", "messaggio troppo grande", "troppo grande", "mensaje demasiado grande",
        "demasiado grande", "mensagem muito grande",
    ]

    // MARK: Class 4

    static let greylist: Phrases = [
        "*greylist*", "*graylist*", "grey list*", "gray list*", "greylisting", "postgrey", "verification in progress",
        "verify in progress", "verification is in progress", "being verified", "checking in progress",
        "callout … progress",
        "come back later", "come back in", "come back after", "comeback later", "please come back",
        "you are being grey*",
        "not yet authorized to deliver", "not yet been seen", "first time … try again", "sender unknown … try again",
        "unknown triplet", "temporarily rejected … please try again in", "try again in a few minutes",
        "prova in progress",
        "early … retry", "retry too early", "retry too soon", "too early",
    ]
    static let comeBackIn: Phrases = [
        "try again in", "retry in", "retry after", "try again after", "again in", "wait … minutes", "wait … seconds",
        "retry … seconds", "retry … minutes", "delayed for", "in 5 minutes", "erneut in", "nuovamente tra",
    ]

    // MARK: Class 5, the sender and the message

    static let virusOrAttachment: Phrases = [
        "virus", "viruses", "virii", "malware", "trojan*", "worm", "infected", "clamav", "eicar", "ransomware",
        "dangerous attachment", "banned … attachment*", "attachment* … not allowed", "attachment* … blocked",
        "attachment* … prohibited", "attachment* … banned", "attachment* … forbidden", "attachment* … denied",
        "attachment* … not accepted", "attachment* … not permitted", "attachment* … rejected", "attachment type",
        "attachment name", "blocked … attachment*", "prohibited … attachment*", "forbidden … attachment*",
        "unacceptable … attachment*", "illegal attachment", "suspicious attachment", "unsafe attachment",
        "rejected … attachment*", "executable", "file type … not allowed", "file extension", "banned filename",
        "banned file", "banned contents", "blocked file", "potential security issue", "viren*",
        "schadsoftware", "anhang", "piece jointe", "allegato", "archivo adjunto", "anexo",
    ]
    static let urlListed: Phrases = [
        "uribl", "surbl", "dbl", "url listed", "uri listed", "url is listed", "url … listed", "urls … listed",
        "link* … listed", "uri … listed", "blacklisted url*", "blocked url*", "url … blacklist*", "url … blocklist*",
        "url … blocked", "links … blacklist*", "blacklisted link", "listed url", "malicious url*", "malicious link*",
        "bad url*", "spam url*", "contains … url … rejected", "domain blocklist", "domain block list",
        "suspicious url*",
        "phishing url*", "prohibited url*", "spamvertised", "rhsbl", "uri blacklist*", "url reputation",
        "unacceptable url*", "url filter*", "black listed url*", "black listed uri*",
    ]
    static let authentication: Phrases = [
        "dmarc", "spf", "dkim", "domainkeys", "sender id", "senderid", "sender policy framework", "arc … fail*",
        "spoof*",
        "forged", "forgery", "forging", "impersonat*", "ptr", "reverse dns", "rdns", "reverse hostname", "reverse host",
        "reverse lookup", "reverse name", "reverse record", "reverse mapping", "reverse ip", "reverse a record",
        "reverse client", "fcrdns", "cannot find your hostname", "cannot find your reverse", "cannot resolve your",
        "client host rejected … cannot find", "unable to resolve … address", "no matching … dns", "invalid helo",
        "helo command rejected", "invalid ehlo", "ehlo … rejected", "helo … rejected", "bad helo", "fake helo",
        "helo … invalid", "not resolve to", "generic … hostname", "dynamic … hostname", "dynamic ip",
        "missing … dns record",
        "unauthenticated email", "unauthenticated mail", "unauthenticated message*", "email … not authenticated",
        "mail … not authenticated", "message … not authenticated", "authentication checks", "authentication check",
        "authentication policy",
        "authentication results", "does not pass authentication", "does not meet … authentication",
        "fails authentication",
        "failed authentication", "failed … authentication", "required authentication level", "email authentication",
        "domain authentication", "message authentication", "sender alignment", "not aligned",
        "not permitted to send … on behalf", "not allowed to send … for domain",
        "not designated", "not a permitted sender", "permitted sender hosts",
        "does not designate", "unauthorized … sender host", "signature … verif*", "bad signature", "keine … rdns",
        "not authorized to send … from", "not authorized to send … on behalf", "not authorised to send … from",
        "sender authentication fail*", "failed sender authentication", "not authorized to use this domain",
    ]
    static let senderRefused: Phrases = [
        "sender address rejected", "sender address … rejected", "sender rejected", "sender address refused",
        "sender refused", "sender denied", "sender not allowed", "sender is not allowed", "sender not accepted",
        "sender address … not allowed", "sender address … not accepted", "sender unknown", "unknown sender",
        "sender not found", "sender invalid", "invalid sender", "bad sender", "sender verify fail*",
        "sender verification fail*",
        "sender verify", "sender callout", "sender callback", "could not verify sender", "cannot verify sender",
        "unverified sender", "unable to verify sender", "domain of sender",
        "domain of the sender", "sender … domain … not", "sender … no mx", "sender blocked", "sender is blocked",
        "sender address blocked", "blocked sender", "sender blacklisted", "sender is on", "sender … on … block* list",
        "sender … not permitted", "sender … unacceptable", "sender … prohibited", "sender … barred", "sender … banned",
        "banned sender", "sender not authorized", "sender is not authorized", "sender not authorised",
        "from address … not", "mail from … not", "mail from … reject*",
        "mail from … refused", "mail from domain", "mail from address … not", "mail from address … reject*",
        "badmailfrom", "bad mail from",
        "your address … rejected",
        "your domain … rejected", "your domain … not", "your email address … blocked", "your address … blocked",
        "doesn't accept mail from you", "not accept mail from", "not accepting mail from", "refused mail from",
        "we do not accept mail from", "absender*", "expediteur*", "mittente*", "remitente*", "remetente*",

        "sender address … does not exist", "sender address … doesn't exist", "sender address … not found",
        "sender domain … not", "sender domain does", "sender domain … exist", "sender domain must",
        "sender domain … reject*", "sender domain … block*", "sender domain invalid", "sender domain unresolv*",
        "sender's domain … not", "envelope sender … not", "envelope sender … reject*", "envelope sender is in",
        "invalid envelope from", "invalid return path", "your envelope sender",
    ]
    static let blockList: Phrases = [
        "block list*", "blocklist*", "black list*", "blacklist*", "blocked using", "blocked by … rbl", "rbl", "rbls",
        "dnsbl",
        "dnsbls", "dns blacklist*", "deny list*", "denylist*", "real time block*", "realtime block*", "spamhaus",
        "spamcop",
        "sorbs", "barracuda reputation", "barracudacentral", "uceprotect", "invaluement", "abuseat", "cbl", "psbl",
        "mailspike",
        "found on one or more", "listed by", "listed at", "is listed", "are listed", "ip listed",
        "banned sending ip", "banned ip", "ip … banned", "ip address … banned", "ip … blocked", "ip address … blocked",
        "ips … blocked", "ip … is blocked", "blocked ip", "blocked your ip", "blocking your ip", "your ip … block*",
        "ip … rejected", "ip … refused", "ip … denied", "ip not allowed", "ip … not allowed", "ip … has been … block*",
        "your host … block*", "your server … block*", "your mail server … block*", "your network … block*",
        "part of their network", "host … is blocked", "host … blocked", "server … blocked", "sending server … blocked",
        "client host rejected", "client host blocked", "client host … blocked", "client … blocked", "client … rejected",
        "connection … blocked", "connection refused … ip", "connection rejected", "connection … rejected",
        "connections not accepted", "connection not accepted", "not accepting connections from", "no connections from",
        "access … rejected … poor", "blocked for spam", "blocked for abuse", "blocked because of spam",
        "spam source", "source of spam", "spam sources", "spammer", "known spam", "sending spam from",
        "poor … reputation", "poor reputation", "bad ip reputation", "poor ip", "ip reputation",
        "reputation of your ip",
        "reputation of the ip", "low ip reputation", "ip has a poor", "ip has a bad", "bad reputation",
        "negative reputation",
        "ip … reputation", "host reputation", "server reputation", "s3140", "s3150", "ofr_999", "ofr004",
        "ip adresse … gesperrt", "ip … gesperrt", "adresse ip … bloquee", "ip … bloque*", "liste noire",
        "lista nera", "lista negra",
        "listed on", "a problem occurred. ask your postmaster", "ip … listed", "client … listed",
        "address … listed in", "ip … listed in", "host … listed",
    ]
    static let malformed: Phrases = [
        "multiple from", "several from", "more than one from", "duplicate from", "multiple subject", "several subject",
        "duplicate subject", "multiple … headers", "duplicate … header*", "more than one … header", "missing … header*",
        "no … header", "header* … missing", "invalid header*", "bad header*", "malformed", "header syntax",
        "header error",
        "header* … invalid", "header … too long", "illegal header", "improper header", "header size", "headers too",
        "from header", "date header", "message id header", "missing message id", "missing date", "missing from",
        "missing to", "missing subject", "no from", "invalid date", "invalid message id", "rfc 5322", "rfc5322",
        "rfc 2822",
        "rfc2822", "rfc 822", "rfc822", "not rfc compliant", "rfc compliant", "rfc compliance", "non rfc",
        "violates rfc",
        "violation of rfc", "mime error", "mime structure", "invalid mime", "bad mime", "mime format", "message format",
        "format of message", "format error in message", "bare lf", "bare cr", "bare newline", "bare linefeed",
        "bare line feed",
        "stray lf", "line too long", "line length", "lines too long", "maximum line length", "lines longer", "8 bit",
        "8bit",
        "8bitmime", "utf 8", "utf8", "smtputf8", "non ascii", "unencoded", "charset", "character set", "encoding error",
        "null byte*", "nul character*", "nul byte*", "binary data", "binarymime", "base64",
        "message is not … compliant",
        "unparsable", "unparseable", "could not parse", "empty message", "no message body", "message has no",
    ]
    static let spam: Phrases = [
        "*spam*", "junk", "unsolicited", "suspicious", "suspected", "suspect", "uce", "ube", "bulk mail", "bulk email",
        "bulk e mail", "bulk message*", "mass mail*", "phish*", "scam", "fraud*", "dcc", "razor", "pyzor", "cloudmark",
        "bayes*", "content … score", "high score", "looks like … unwanted", "unwanted", "abusive", "offensive",
        "werbung", "werbemail*", "pourriel*", "indesirable*", "posta indesiderata", "correo no deseado",
        "no deseado", "lixo", "spamassassin", "objectionable content", "message content … rejected as",
        "similar to messages", "aup 1300", "aupbl", "content … unacceptable", "complaint*", "low quality", "zip bomb",
        "advertising", "advertisement*", "ofr_506", "likely unsolicited", "for abuse", "abuse detected",
    ]
    static let badReputation: Phrases = [
        "low reputation", "very low reputation", "reputation",
    ]
}
