internal import Foundation

/// Which addresses that a message names may be asked: only those of SNS itself, since anybody can name others.
enum SNSAddress {
    /// Whether this is where SNS keeps a certificate: no query, which could make SNS repeat what somebody else wrote.
    static func isCertificate(_ text: String) -> Bool {
        guard let parts = parts(text), parts.query == nil else { return false }
        return parts.path.hasPrefix("/SimpleNotificationService-") && parts.path.hasSuffix(".pem")
            && !parts.path.dropFirst().contains("/")
    }

    /// Whether this confirms the subscription to a topic, and does nothing else.
    static func isConfirmation(_ text: String, topic: String) -> Bool {
        guard let parts = parts(text), parts.path == "/" else { return false }
        func values(_ name: String) -> [String?] { (parts.queryItems ?? []).filter { $0.name == name }.map(\.value) }
        return values("Action") == ["ConfirmSubscription"] && values("TopicArn") == [topic]
    }

    /// Whether a certificate for this name is one of SNS: `sns.amazonaws.com`, or a region's.
    static func isName(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "sns.amazonaws.com" || isRegional(name)
    }

    private static func parts(_ text: String) -> URLComponents? {
        guard text.utf8.count <= 2_000, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("\\"),
            let parts = URLComponents(string: text), parts.scheme == "https", parts.user == nil,
            parts.password == nil, parts.port == nil, parts.fragment == nil, let host = parts.host,
            isRegional(host)
        else { return nil }
        return parts
    }

    /// `sns.REGION.amazonaws.com`, in China with `.cn` behind it.
    private static func isRegional(_ host: String) -> Bool {
        var labels = host.split(separator: ".", omittingEmptySubsequences: false)
        if labels.last == "cn" { labels.removeLast() }
        return labels.count == 4 && labels[0] == "sns" && labels[2...] == ["amazonaws", "com"]
            && labels[1].utf8.count >= 3
            && labels[1].utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}
