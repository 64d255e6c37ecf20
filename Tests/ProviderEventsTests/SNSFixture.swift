import Delivery
import Foundation
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import ProviderEvents

/// An authority of our own, a certificate like SNS's, and messages signed by its key.
struct SNSFixture {
    static let topic = "arn:aws:sns:eu-west-1:123456789012:mail"
    static let certificateURL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"
    static let subscribeURL =
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=\(topic)&Token=abc"

    let folder: Folder

    /// - Parameter name: whom the certificate is for.
    init(name: String = "sns.amazonaws.com") async throws {
        folder = try Folder()
        try await certificate("ca", name: "Test Authority", ["basicConstraints=critical,CA:TRUE"], signed: false)
        try await certificate("leaf", name: name, [], signed: true)
    }

    private func certificate(_ file: String, name: String, _ extensions: [String], signed: Bool) async throws {
        let signature = signed ? ["-CA", folder.path("ca.pem"), "-CAkey", folder.path("ca.key")] : []
        try await Tool.run(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(name)",
                "-keyout", folder.path("\(file).key"), "-out", folder.path("\(file).pem"),
            ] + extensions.flatMap { ["-addext", $0] } + signature)
    }

    /// The certificates of these files, one after the other.
    func pem(_ files: String...) throws -> [UInt8] {
        try files.flatMap { try Array(folder.read("\($0).pem").utf8) }
    }

    var authority: CertificateStore {
        get throws { CertificateStore([try Certificate(pemEncoded: folder.read("ca.pem"))]) }
    }

    /// A signed message.
    func message(
        _ change: (inout [String: String]) -> Void = { _ in }, version: String = "1", key: String = "leaf",
        after: (inout [String: String]) -> Void = { _ in }
    ) async throws -> String {
        var fields = [
            "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": Self.topic,
            "Subject": "Amazon SES Email Event Notification", "Message": Self.complaint,
            "Timestamp": HookFixture.iso8601(secondsAgo: 30), "SigningCertURL": Self.certificateURL,
        ]
        change(&fields)
        let path = try folder.write(try Self.json(fields), to: "message.json")
        let signed = try await HookFixture.sign(["sns", folder.path("\(key).key"), version, path])
        var result = try JSONDecoder().decode([String: String].self, from: Data(signed.utf8))
        after(&result)
        return try Self.json(result)
    }

    private static func json(_ fields: [String: String]) throws -> String {
        String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
    }

    /// A message of SES with line breaks, quotes and letters that JSON escapes.
    static let complaint = """
        {"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"ann@example.net"}],
        "timestamp":"2016-01-27T14:59:38.237Z","feedbackId":"f"},
        "mail":{"messageId":"m","destination":["ann@example.net"],"source":"Frühling <a@example.org>"}}
        """
}
