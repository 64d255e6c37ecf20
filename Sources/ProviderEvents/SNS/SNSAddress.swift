internal import Foundation

/// Which addresses that a message names may be asked: only those of SNS itself, since anybody can name others.
enum SNSAddress {
    /// Whether this is where SNS keeps a certificate for the region of a topic: no query, which could make SNS repeat what somebody
    /// else wrote.
    static func isCertificate(_ text: String, topic: String) -> Bool {
        guard let parts = parts(text, topic), parts.query == nil else { return false }
        return parts.path.hasPrefix("/SimpleNotificationService-") && parts.path.hasSuffix(".pem")
            && !parts.path.dropFirst().contains("/")
    }

    /// Whether this confirms the subscription to a topic, and does nothing else.
    static func isConfirmation(_ text: String, topic: String) -> Bool {
        guard let parts = parts(text, topic), parts.path == "/" else { return false }
        func values(_ name: String) -> [String?] { (parts.queryItems ?? []).filter { $0.name == name }.map(\.value) }
        return values("Action") == ["ConfirmSubscription"] && values("TopicArn") == [topic]
    }

    /// Whether a certificate for this name is one of SNS: `sns.amazonaws.com`, or a region's.
    static func isName(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "sns.amazonaws.com" || region(ofHost: name) != nil
    }

    private static func parts(_ text: String, _ topic: String) -> URLComponents? {
        guard text.utf8.count <= 2_000, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("\\"),
            let parts = URLComponents(string: text), parts.scheme == "https", parts.user == nil,
            parts.password == nil, parts.port == nil, parts.fragment == nil, let host = parts.host,
            let region = region(ofHost: host), region == Self.region(ofTopic: topic)
        else { return nil }
        return parts
    }

    /// The region of `sns.REGION.amazonaws.com`, in China with `.cn` behind it; `nil` for any other host.
    private static func region(ofHost host: String) -> Substring? {
        var labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isChina = labels.last == "cn"
        if isChina { labels.removeLast() }
        guard labels.count == 4, labels[0] == "sns", labels[2...] == ["amazonaws", "com"], isRegion(labels[1]),
            labels[1].hasPrefix("cn-") == isChina
        else { return nil }
        return labels[1]
    }

    /// The region of `arn:aws:sns:REGION:ACCOUNT:NAME`.
    private static func region(ofTopic arn: String) -> Substring? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 6 && parts[2] == "sns" ? parts[3] : nil
    }

    /// Whether a label has the form of a region: `eu-west-1`, `us-gov-east-1`.
    ///
    /// Other services of Amazon have hosts of the same length whose first label anybody may choose: `sns.s3-eu-west-1.amazonaws.com`
    /// is a bucket.
    private static func isRegion(_ label: Substring) -> Bool {
        var words = label.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let number = words.popLast(), (1...2).contains(number.count), (2...4).contains(words.count) else {
            return false
        }
        return number.allSatisfy { (0x30...0x39).contains($0) }
            && words.allSatisfy { $0.count >= 2 && $0.allSatisfy { (0x61...0x7A).contains($0) } }
    }
}
