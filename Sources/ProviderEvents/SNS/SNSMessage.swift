/// A message of Amazon's Simple Notification Service, as it is posted: an envelope in JSON with a signature.
struct SNSMessage: Sendable {
    enum Kind: String, Sendable {
        case notification = "Notification"
        /// Asks whether its topic may send here.
        case confirmation = "SubscriptionConfirmation"
        /// Tells that it will send no more.
        case farewell = "UnsubscribeConfirmation"
    }

    /// How it is signed.
    enum SignatureVersion: String, Sendable {
        /// RSA with SHA-1, what topics have unless they are set to the other.
        case sha1 = "1"
        case sha256 = "2"
    }

    let kind: Kind
    let id: String
    let topic: String
    let message: String
    let time: String
    let version: SignatureVersion
    let signature: String
    let certificateURL: String
    /// Where a subscription is confirmed.
    let subscribeURL: String?
    private let token: String?
    private let subject: String?

    init(reading body: [UInt8]) throws(WebhookError) {
        let json = try JSONValue(reading: body)
        guard json.isObject else { throw WebhookError(.malformed, "SNS posts an object") }
        guard let type = json["Type"].text, let signature = json["Signature"].text else {
            throw WebhookError(
                .forbidden, "it is not signed; switch off the raw message delivery of the subscription in SNS")
        }
        guard let kind = Kind(rawValue: type) else { throw WebhookError(.malformed, "its Type is unknown") }
        guard let version = json["SignatureVersion"].text.flatMap(SignatureVersion.init) else {
            throw WebhookError(.forbidden, "its SignatureVersion is neither 1 nor 2")
        }
        guard let id = json["MessageId"].text, let topic = json["TopicArn"].text, let time = json["Timestamp"].text,
            let url = (json["SigningCertURL"].text ?? json["SigningCertUrl"].text)
        else { throw WebhookError(.malformed, "it has no MessageId, TopicArn, Timestamp or SigningCertURL") }
        self.kind = kind
        self.id = id
        self.topic = topic
        self.time = time
        self.version = version
        self.signature = signature
        certificateURL = url
        message = json["Message"].text ?? ""
        subject = json["Subject"].text
        subscribeURL = json["SubscribeURL"].text
        token = json["Token"].text
    }

    /// What the signature is over: names and values, a line each, in the order of the alphabet.
    var signedText: String {
        let fields: [(String, String?)] =
            switch kind {
            case .notification:
                [
                    ("Message", message), ("MessageId", id), ("Subject", subject), ("Timestamp", time),
                    ("TopicArn", topic), ("Type", kind.rawValue),
                ]
            case .confirmation, .farewell:
                [
                    ("Message", message), ("MessageId", id), ("SubscribeURL", subscribeURL), ("Timestamp", time),
                    ("Token", token), ("TopicArn", topic), ("Type", kind.rawValue),
                ]
            }
        return fields.reduce(into: "") { text, field in
            if let value = field.1 { text += "\(field.0)\n\(value)\n" }
        }
    }
}
