import Delivery
import Foundation

@testable import MailMessage

/// Keys and signers of the tests, made once: an RSA key takes a while.
enum DKIMSamples {
    static let rsa = Result { try DKIMPrivateKey.generate(.rsaSHA256) }
    static let ed25519 = Result { try DKIMPrivateKey.generate(.ed25519SHA256) }

    /// The signers of example.org: RSA under the selector `r1`, Ed25519 under `e1`.
    static func signers() throws -> [DKIMSigner] {
        [
            try DKIMSigner(domain: "example.org", selector: "r1", key: rsa.get()),
            try DKIMSigner(domain: "example.org", selector: "e1", key: ed25519.get()),
        ]
    }

    /// The zone file of these keys.
    static func zone() throws -> String {
        """
        \(DKIMKeyRecord.zoneLine(of: try rsa.get(), selector: "r1", domain: "example.org"))
        \(DKIMKeyRecord.zoneLine(of: try ed25519.get(), selector: "e1", domain: "example.org"))

        """
    }

    /// A template whose body has something of everything that canonical forms change.
    static let template = MessageTemplate.sample(
        replyTo: MailboxField(displayName: "Help  Desk", address: "help@example.org"),
        subject: "{{name}},  your opinion matters to us and here is a subject that has to be folded to fit",
        text: "Dear {{name}},\n\n  two  spaces\tand a tab \n\nhttps://survey.example.org/s?id={{code}}\n\n\n",
        html: "<p>Dear {{name}},</p>\n\n  <p>see  <a href=\"https://survey.example.org/s\">here</a></p>\n")

    /// Renders a message for one contact and signs it by a signer that others may have used before.
    static func signed(
        _ message: CompiledMessage, fields: [String], signer: inout MessageSigner, at date: UnixTime = sampleDate
    ) throws -> [UInt8] {
        var buffer = MessageBuffer()
        let rendered = message.render(
            to: "ann@example.com", fields: fields, job: sampleJob, date: date, into: &buffer)
        let signatures = try signer.signatures(of: rendered, in: &buffer, date: date)
        return signatures + buffer.withUnsafeBytes(of: rendered) { Array($0) }
    }
}
