internal import Crypto
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// Looks at a chain of certificates by what TLSA records say (RFC 7672 §3).
struct DANEVerifier: Sendable {
    /// A certificate as a server shows it.
    struct Presented: Sendable {
        var der: [UInt8]
        var publicKey: [UInt8]

        init?(_ certificate: NIOSSLCertificate) {
            guard let der = try? certificate.toDERBytes(), let key = try? certificate.extractPublicKey().toSPKIBytes()
            else { return nil }
            self.der = der
            publicKey = key
        }
    }

    private let records: [SMTPCertificateAssociation]
    private let names: [String]

    /// - Parameter names: whom the certificate must be for, any of them, where an authority is what the record names.
    init(records: [SMTPCertificateAssociation], names: [String]) {
        self.records = records.filter(\.isUsable)
        self.names = names
    }

    /// The verdict where it takes no chain: DANE-EE needs neither name nor date (RFC 7672 §3.1.1).
    func quickVerdict(_ chain: [Presented]) -> Bool? {
        guard let leaf = chain.first else { return false }
        if records.contains(where: { $0.usage == 3 && $0.matches(leaf) }) { return true }
        return records.contains { $0.usage == 2 } ? nil : false
    }

    /// Whether the chain leads to an authority that a DANE-TA record names, and the certificate is for one of our names (§3.1.2).
    func verifiesByAuthority(_ chain: [Presented]) async -> Bool {
        let certificates = chain.compactMap { try? Certificate(derEncoded: $0.der) }
        guard certificates.count == chain.count, let leaf = certificates.first else { return false }
        var anchors: [Certificate] = []
        for record in records where record.usage == 2 {
            for (presented, certificate) in zip(chain, certificates) where record.matches(presented) {
                anchors.append(certificate)
            }
            // The whole certificate in the record need not be shown by the server.
            if record.selector == 0, record.matching == 0, let anchor = try? Certificate(derEncoded: record.data) {
                anchors.append(anchor)
            }
        }
        guard !anchors.isEmpty else { return false }
        for name in names {
            var verifier = Verifier(rootCertificates: CertificateStore(anchors)) {
                RFC5280Policy()
                ServerIdentityPolicy(serverHostname: CertificateNames.normalized(name), serverIP: nil)
            }
            let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(certificates.dropFirst()))
            if case .validCertificate = result { return true }
        }
        return false
    }
}

extension SMTPCertificateAssociation {
    fileprivate func matches(_ certificate: DANEVerifier.Presented) -> Bool {
        let bytes = selector == 0 ? certificate.der : certificate.publicKey
        switch matching {
        case 0: return bytes == data
        case 1: return SHA256.hash(data: bytes).elementsEqual(data)
        case 2: return SHA512.hash(data: bytes).elementsEqual(data)
        default: return false
        }
    }
}
