import Delivery
import Foundation
import TestSupport
import Testing

@testable import MailMessage

/// Signatures checked by others' software, which `scripts/bootstrap` installs: dkimpy and OpenDKIM.
@Suite("DKIM and other software")
struct DKIMPeerTests {
    /// A directory that goes with the test.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("dkim-\(UUID().uuidString.prefix(8))")

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: url) }

        func file(_ name: String, _ bytes: [UInt8]) throws -> String {
            let file = url.appendingPathComponent(name)
            try Data(bytes).write(to: file)
            return file.path
        }
    }

    static let templates = [
        DKIMSamples.template, .sample(text: "\n\n"), .sample(subject: "{{name}}", text: "a  b \n\n\n"),
        .sample(text: "Здравствуйте, {{name}}\n", html: "<p>Привет</p>"),
    ]

    private func signed(_ template: MessageTemplate) throws -> [UInt8] {
        let message = try CompiledMessage(template)
        var signer = MessageSigner(try DKIMSamples.signers())
        // Twice, so that the second goes on from what the first has kept.
        _ = try DKIMSamples.signed(message, fields: message.fieldNames.map { _ in "Zoë" }, signer: &signer)
        return try DKIMSamples.signed(message, fields: message.fieldNames.map { _ in "Ann" }, signer: &signer)
    }

    private static let dkimpy = """
        import sys, dkim
        message = open(sys.argv[1], 'rb').read()
        zone = dict(line.rstrip('\\n').split(' ', 1) for line in open(sys.argv[2]))
        def txt(name, timeout=5):
            return zone[name.decode().rstrip('.')].encode()
        d = dkim.DKIM(message)
        for index in range(2):
            assert d.verify(index, dnsfunc=txt), 'signature %d does not verify' % index
        print('both verify')
        """

    @Test("dkimpy verifies both signatures", arguments: templates)
    func dkimpy(template: MessageTemplate) async throws {
        let folder = try Folder()
        let message = try folder.file("message.eml", signed(template))
        let rsa = DKIMKeyRecord.text(of: try DKIMSamples.rsa.get())
        let ed25519 = DKIMKeyRecord.text(of: try DKIMSamples.ed25519.get())
        let zone = try folder.file(
            "zone", Array("r1._domainkey.example.org \(rsa)\ne1._domainkey.example.org \(ed25519)\n".utf8))
        let output = try await Tool.run(["/usr/bin/python3", "-c", Self.dkimpy, message, zone])
        #expect(output == "both verify\n")
    }

    @Test("OpenDKIM verifies both signatures", arguments: templates)
    func openDKIM(template: MessageTemplate) async throws {
        let folder = try Folder()
        let message = try folder.file("message.eml", signed(template))
        let rsa = DKIMKeyRecord.text(of: try DKIMSamples.rsa.get())
        let ed25519 = DKIMKeyRecord.text(of: try DKIMSamples.ed25519.get())
        let zone = try folder.file(
            "zone", Array("r1._domainkey.example.org \(rsa)\ne1._domainkey.example.org \(ed25519)\n".utf8))
        let settings = try folder.file(
            "opendkim.conf", Array("Mode v\nTestPublicKeys \(zone)\nSocket local:/dev/null\n".utf8))
        let output = try await Tool.run(["/usr/sbin/opendkim", "-x", settings, "-vv", "-t", message])
        #expect(
            output.contains("dkim=pass (2048-bit key) header.d=example.org header.i=@example.org header.a=rsa-sha256"))
        #expect(output.contains("dkim=pass header.d=example.org header.i=@example.org header.a=ed25519-sha256"))
        #expect(!output.contains("dkim=fail"), "\(output)")
    }

    private static let signing = """
        import sys, dkim
        message = open(sys.argv[1], 'rb').read()
        key = open(sys.argv[2], 'rb').read()
        form = (sys.argv[3].encode(), sys.argv[4].encode())
        sys.stdout.buffer.write(dkim.sign(message, b'r1', b'example.org', key, canonicalize=form) + message)
        """

    @Test(
        "what dkimpy signs with a key of ours verifies here", arguments: ["simple", "relaxed"], ["simple", "relaxed"])
    func signedByDkimpy(header: String, body: String) async throws {
        let folder = try Folder()
        let key = try folder.file("key.pem", Array(try DKIMSamples.rsa.get().pem.utf8))
        let message = try folder.file("plain.eml", DKIMSamples.template.rendered(["Ann", "x7"]))
        let output = try await Tool.run(["/usr/bin/python3", "-c", Self.signing, message, key, header, body])
        let verifier = DKIMVerifier(records: try ZoneFile(parsing: DKIMSamples.zone()))
        #expect(await verifier.verify(Array(output.utf8), at: .now).map(\.result) == [.pass])
        let changed = output.replacing("Dear Ann", with: "Dear Bob")
        #expect(await verifier.verify(Array(changed.utf8), at: .now).map(\.result) == [.fail])
    }
}
