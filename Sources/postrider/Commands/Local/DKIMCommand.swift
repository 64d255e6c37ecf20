internal import ArgumentParser
internal import Delivery
internal import Foundation
internal import Logging
internal import MailMessage
internal import MailRouting

/// `postrider dkim`: keys that messages are signed with, and signatures.
struct DKIMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dkim", abstract: "Make DKIM keys, check DKIM signatures.", subcommands: [Keygen.self, Check.self])

    /// `postrider dkim keygen`: a new key file, and the record to publish.
    struct Keygen: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key, and print the TXT record that publishes it.",
            discussion: """
                The private key is written to a new file (PKCS#8, mode 0600); nothing is overwritten. The record is printed as a line \
                of a zone file. Publish it, then name the key in the worker's configuration file:
                  dkim:
                    - {domain: example.org, selector: 2026r, keyFile: example.org.2026r.pem}
                With an RSA and an Ed25519 key for one domain, messages get both signatures.

                Example:
                  postrider dkim keygen example.org --selector 2026r
                  postrider dkim keygen example.org --selector 2026e --type ed25519
                """)

        @Argument(help: "The domain of the sender's address.")
        var domain: String

        @Option(help: "The name of the key within the domain.")
        var selector: String

        @Option(help: "rsa (everybody verifies it) or ed25519 (shorter and faster, not everybody's yet).")
        var type = "rsa"

        @Option(help: "The size of an RSA key: 2048, 3072 or 4096.")
        var bits = 2048

        @Option(
            help: ArgumentHelp("The new key file (DOMAIN.SELECTOR.pem).", valueName: "file"), completion: .file())
        var output: String?

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard DKIMAlgorithm.allCases.contains(where: { $0.keyType == type }) else {
                throw ValidationError("--type is rsa or ed25519")
            }
            guard DKIMPrivateKey.rsaSizes.contains(bits) else { throw ValidationError("--bits is 2048, 3072 or 4096") }
        }

        func run() throws {
            let algorithm = DKIMAlgorithm.allCases.first { $0.keyType == type } ?? .rsaSHA256
            let key = try DKIMPrivateKey.generate(algorithm, bits: bits)
            do {
                let signer = try DKIMSigner(domain: domain, selector: selector, key: key)
                let file = output ?? "\(signer.domain).\(selector).pem"
                try SecretFile.create(file, key.pem)
                let made = Made(
                    file: file, name: DKIMKeyRecord.name(selector: selector, domain: signer.domain),
                    record: DKIMKeyRecord.text(of: key))
                try format.print(made) {
                    // The file's name goes to standard error, so that standard output is a piece of a zone file.
                    FileHandle.standardError.write(Data("The private key is in \(file); publish this record:\n".utf8))
                    return DKIMKeyRecord.zoneLine(of: key, selector: selector, domain: signer.domain)
                }
            } catch let error as KeyFileError {
                throw CommandError(error.message)
            }
        }

        private struct Made: Encodable {
            var file: String
            var name: String
            var record: String
        }
    }

    /// `postrider dkim check`: whether the signatures of a message verify.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say of each DKIM signature of a message what it is, and whether it verifies.",
            discussion: """
                The keys come from the DNS, or from a zone file, such as postrider dkim keygen prints. Exits 1 unless there is a \
                signature and all verify.

                Example:
                  postrider dkim check message.eml
                  postrider dkim check message.eml --records zone.txt
                """)

        @Argument(help: "The message, as a file; - reads standard input.", completion: .file())
        var file: String

        @Option(
            help: ArgumentHelp("A zone file with the TXT records of the keys, in place of the DNS.", valueName: "file"),
            completion: .file())
        var records: String?

        @OptionGroup var configurationOptions: ConfigurationOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            let message = try Self.message(file)
            let findings = await DKIMVerifier(records: try keys()).verify(message, at: .now)
            try format.print(Report(signatures: findings)) {
                guard !findings.isEmpty else { return "The message has no DKIM signature." }
                return findings.map(Self.words).joined(separator: "\n")
            }
            guard !findings.isEmpty, findings.allSatisfy({ $0.result == .pass }) else { throw ExitCode.failure }
        }

        /// Where the keys come from.
        private func keys() throws -> any TextRecords {
            guard let records else {
                let settings = try configurationOptions.settings()
                do throws(DNSResolverError) {
                    let logger = Logger(label: "dkim") { _ in SwiftLogNoOpLogHandler() }
                    return DNSRecords(
                        source: try DNSResolver(configuration: settings.routing.resolver, logger: logger))
                } catch {
                    throw CommandError(error.description)
                }
            }
            do {
                return try ZoneFile(parsing: try InputFile.text(records))
            } catch let error as TextRecordsError {
                throw CommandError("\(records): \(error)")
            }
        }

        private struct Report: Encodable {
            var signatures: [DKIMVerifier.Finding]
        }

        private static func words(_ finding: DKIMVerifier.Finding) -> String {
            var words = finding.result.rawValue
            if let algorithm = finding.algorithm { words += " \(algorithm)" }
            if let domain = finding.domain, let selector = finding.selector { words += " d=\(domain) s=\(selector)" }
            if finding.isTesting { words += " (the domain is only testing)" }
            if let reason = finding.reason { words += ": \(reason)" }
            if !finding.signed.isEmpty { words += "\n  signs " + finding.signed.joined(separator: ", ") }
            return words
        }

        /// The message with CRLF line ends, whatever ends its lines in the file.
        private static func message(_ file: String) throws -> [UInt8] {
            let handle = file == "-" ? FileHandle.standardInput : try InputFile.open(file)
            let bytes = try handle.readToEnd().map(Array.init) ?? []
            var message: [UInt8] = []
            message.reserveCapacity(bytes.count + bytes.count / 16)
            var previous: UInt8 = 0
            for byte in bytes {
                if byte == 0x0A, previous != 0x0D { message.append(0x0D) }
                message.append(byte)
                previous = byte
            }
            return message
        }
    }
}
