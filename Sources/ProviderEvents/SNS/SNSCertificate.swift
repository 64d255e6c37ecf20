internal import Crypto
internal import CryptoExtras
internal import Delivery
internal import Foundation
internal import SwiftASN1
internal import X509

/// A certificate by whose key SNS signs, read from the file that SNS serves.
///
/// The file comes over HTTPS from SNS's own host in the topic's region (``SNSAddress``), and that is what vouches for it: as a rule it
/// holds the certificate alone, without those above it, and the authority that issued it is no root, so that nothing could be verified.
/// To put another one there takes the host itself or a certificate for its name, and with either a chain would be had as well. So
/// everything hangs on the address: no redirection is followed, and no host passes where others may store files.
/// Where the file holds a chain, it must lead to an authority that this system trusts.
struct SNSCertificate: Sendable {
    private let key: _RSA.Signing.PublicKey
    private let validity: Range<UnixTime>

    /// Reads a PEM file.
    ///
    /// - Parameter roots: whom a chain must lead to.
    init(pem: [UInt8], roots: CertificateStore = .systemTrustRoots) async throws(WebhookError) {
        let certificates = try Self.certificates(in: pem)
        guard let leaf = certificates.first else {
            throw WebhookError(.forbidden, "SNS's file holds no certificate")
        }
        guard Self.names(of: leaf).contains(where: SNSAddress.isName) else {
            throw WebhookError(.forbidden, "the certificate is not one of SNS")
        }
        guard let key = _RSA.Signing.PublicKey(leaf.publicKey) else {
            throw WebhookError(.forbidden, "the certificate's key is not RSA")
        }
        self.key = key
        validity = Self.time(leaf.notValidBefore)..<max(Self.time(leaf.notValidBefore), Self.time(leaf.notValidAfter))
        guard certificates.count > 1 else { return }
        var verifier = Verifier(rootCertificates: roots) { RFC5280Policy() }
        let result = await verifier.validate(
            leaf: leaf, intermediates: CertificateStore(certificates.dropFirst()))
        guard case .validCertificate = result else {
            throw WebhookError(.forbidden, "the certificate does not lead to an authority that this system trusts")
        }
    }

    /// Whether a message is signed by the certificate's key, while the certificate is valid.
    func hasSigned(_ message: SNSMessage, at now: UnixTime) -> Bool {
        guard validity.contains(now), let bytes = Data(base64Encoded: message.signature) else { return false }
        let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes)
        let text = Data(message.signedText.utf8)
        return switch message.version {
        case .sha1:
            key.isValidSignature(signature, for: Insecure.SHA1.hash(data: text), padding: .insecurePKCS1v1_5)
        case .sha256: key.isValidSignature(signature, for: SHA256.hash(data: text), padding: .insecurePKCS1v1_5)
        }
    }

    private static func certificates(in pem: [UInt8]) throws(WebhookError) -> [Certificate] {
        do {
            return try PEMDocument.parseMultiple(pemString: String(decoding: pem, as: UTF8.self)).map {
                try Certificate(pemDocument: $0)
            }
        } catch {
            throw WebhookError(.forbidden, "SNS's certificate cannot be read")
        }
    }

    /// Its common name and its alternative names.
    private static func names(of certificate: Certificate) -> [String] {
        var names: [String] = []
        for relative in certificate.subject {
            for attribute in relative where attribute.type == .RDNAttributeType.commonName {
                names.append("\(attribute.value)")
            }
        }
        guard let extensions = try? certificate.extensions.subjectAlternativeNames else { return names }
        for name in extensions {
            if case .dnsName(let name) = name { names.append(name) }
        }
        return names
    }

    private static func time(_ date: Date) -> UnixTime {
        UnixTime(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
    }
}
