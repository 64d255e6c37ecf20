import Foundation
import Synchronization
import TestSupport

/// One of Debian's mail servers on ports of 127.0.0.1, in a directory of its own; it ends at the latest with this value.
///
/// Their programs must start as root: that is how mail servers are.
final class MailServer: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case postfix, exim, opensmtpd

        /// The name as its makers write it.
        var name: String {
            switch self {
            case .postfix: "Postfix"
            case .exim: "Exim"
            case .opensmtpd: "OpenSMTPD"
            }
        }
    }

    /// What a server is wanted for; each has a port of its own where the server needs one for it.
    enum Door: String, CaseIterable, Sendable {
        case port, size, tls, busy, listed
        /// With a login, by any way that the server knows, or by AUTH LOGIN alone; Postfix only.
        case auth, login
    }

    struct StartFailure: Error, CustomStringConvertible {
        var description: String
    }

    let kind: Kind
    /// Where its files are.
    let directory: URL
    private let ports: [Door: Int]
    /// The folder of its configuration, and what else is filled in there.
    private let template: String
    private let values: [String: String]
    let certificates: TestCertificates
    private let process = Mutex<ServerProcess?>(nil)

    static let package = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let configurations = package.appending(path: "Tests/IntegrationTests/RealServers/Configurations")
    private static let layouts = package.appending(path: ".build/mail-servers")

    /// Lays out a server and starts it.
    ///
    /// - Parameters:
    ///   - template: the folder of another configuration than the usual one, for Postfix only.
    ///   - values: what is filled in there besides the usual.
    init(_ kind: Kind, template: String? = nil, values: [String: String] = [:]) async throws {
        self.kind = kind
        self.template = template ?? kind.rawValue
        self.values = values
        certificates = try await TestCertificates()
        var ports: [Door: Int] = [:]
        for door in Door.allCases {
            guard let port = RedisServer.freePort() else { throw StartFailure(description: "there is no free port") }
            ports[door] = port
        }
        self.ports = ports
        // A copy of hard links must stay on the file system of the layout.
        let parent = kind == .postfix ? FileManager.default.temporaryDirectory : Self.layouts
        directory = parent.appending(path: "run-\(kind.rawValue)-\(UUID().uuidString.prefix(8))")
        do {
            try await prepare()
            let process = try ServerProcess(command, directory: directory, numberFile: "queue/pid/master.pid")
            self.process.withLock { $0 = process }
            try await poll("\(kind.name) did not come up: \(log)", limit: .seconds(20)) {
                guard process.isRunning else { throw StartFailure(description: "\(kind.name) ended: \(log)") }
                return Self.isListening(port(.port))
            }
        } catch {
            try? FileManager.default.removeItem(at: directory)
            throw error
        }
    }

    deinit {
        process.withLock { $0 = nil }
        try? FileManager.default.removeItem(at: directory)
    }

    func port(_ door: Door) -> Int { ports[door] ?? 0 }

    /// Ends the server and removes its directory.
    func stop() async {
        let process = process.withLock { process in
            defer { process = nil }
            return process
        }
        await process?.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    /// What it has logged.
    var log: String {
        let files = ["log/mail.log", "var/log/exim4/mainlog", "var/log/exim4/paniclog", "output"]
        return files.compactMap { try? String(contentsOf: directory.appending(path: $0), encoding: .utf8) }.joined()
    }

    // MARK: Laying out

    private var command: [String] {
        switch kind {
        case .postfix: ["/usr/sbin/postfix", "-c", directory.path + "/etc", "start-fg"]
        case .exim: ["/usr/sbin/chroot", directory.path, "/usr/sbin/exim4", "-bdf"]
        case .opensmtpd: ["/usr/sbin/chroot", directory.path, "/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf"]
        }
    }

    private func prepare() async throws {
        let path = directory.path
        switch kind {
        case .postfix:
            try await Tool.run(
                ["mkdir", "-p"] + ["etc/sasl", "queue", "data", "log", "seen", "mail/full"].map { "\(path)/\($0)" })
            try fill("\(template)/main.cf", to: "etc/main.cf")
            try fill("\(template)/master.cf", to: "etc/master.cf")
            try fill("postfix/policy.sh", to: "etc/policy.sh")
            try fill("postfix/smtpd.conf", to: "etc/sasl/smtpd.conf")
            try await makeLogin(in: path + "/etc")
            try fullMailbox("mail/full/1")
            try await Tool.run(["chown", "postfix", path + "/data"])
            try await Tool.run(["chmod", "0755", path])
            // The policy service is not Postfix, and may write nowhere else.
            try await Tool.run(["chown", "nobody", path + "/seen"])
        case .exim:
            try await layOut()
            try await run(
                "mkdir", "-p", "etc/exim4", "var/spool/exim4", "var/log/exim4", "var/mail/full/new",
                "var/mail/full/cur",
                "var/mail/full/tmp", in: path)
            try fill("exim/exim.conf", to: "etc/exim4/exim4.conf")
            try fullMailbox("var/mail/full/new/1.1.mx,S=20000")
            try await run(
                "chown", "-R", "990:990", "var/spool/exim4", "var/log/exim4", "var/mail", "root/server.key", in: path)
        case .opensmtpd:
            try await layOut()
            try await run(
                "mkdir", "-p", "etc", "var/lib/opensmtpd/empty", "var/run", "var/spool/smtpd", "home/full/Maildir/new",
                in: path)
            try fill("opensmtpd/smtpd.conf", to: "etc/smtpd.conf")
            try fill("opensmtpd/filter.sh", to: "filter.sh")
            try fullMailbox("home/full/Maildir/new/1")
            try await run("chmod", "0711", "var/spool/smtpd", in: path)
            try await run("chmod", "0755", "filter.sh", in: path)
        }
    }

    /// The login that the doors for it know: `news` with the password `hush hush`.
    private func makeLogin(in folder: String) async throws {
        let make = "printf 'hush hush' | /usr/sbin/saslpasswd2 -p -c -f \"$1\" -u mx.example.net news"
        try await Tool.run(["sh", "-c", make, "sh", folder + "/sasldb2"])
        try await Tool.run(["chown", "postfix", folder + "/sasldb2"])
    }

    /// Copies the server's root directory as `scripts/mail-servers` laid it out, files as hard links.
    private func layOut() async throws {
        let layout = Self.layouts.appending(path: kind.rawValue)
        guard FileManager.default.fileExists(atPath: layout.path) else {
            throw StartFailure(description: "\(kind.name) is not laid out: run scripts/bootstrap")
        }
        try await Tool.run(["cp", "-al", layout.path, directory.path])
        // A certificate of its own, inside its root directory: OpenSMTPD and Exim want to own their key.
        let root = directory.appending(path: "root").path
        try await Tool.run(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mx.example.net",
                "-keyout", root + "/server.key", "-out", root + "/server.pem",
            ])
        try await Tool.run(["chmod", "0600", root + "/server.key"])
    }

    private func run(_ words: String..., in folder: String) async throws {
        try await Tool.run(["env", "-C", folder] + words)
    }

    /// Twenty thousand bytes, where a mailbox may have ten thousand.
    private func fullMailbox(_ file: String) throws {
        try Data(repeating: UInt8(ascii: "x"), count: 20_000).write(to: directory.appending(path: file))
    }

    private func fill(_ template: String, to file: String) throws {
        var text = try String(contentsOf: Self.configurations.appending(path: template), encoding: .utf8)
        let isRooted = kind != .postfix
        var values = [
            "DIRECTORY": directory.path,
            "CERTIFICATE": isRooted ? "/root/server.pem" : certificates.path("server"),
            "KEY": isRooted ? "/root/server.key" : certificates.path("server", "key"),
        ]
        values.merge(self.values) { $1 }
        for (door, port) in ports { values[door.rawValue.uppercased()] = String(port) }
        for (name, value) in values { text = text.replacingOccurrences(of: "@\(name)@", with: value) }
        try text.write(to: directory.appending(path: file), atomically: true, encoding: .utf8)
    }

    private static func isListening(_ port: Int) -> Bool {
        guard let connection = LoopbackConnection(port: port) else { return false }
        return connection.firstLine() != nil
    }
}
