import Foundation
import TestSupport

/// Debian's Dovecot with one user `ann`, on ports of 127.0.0.1 and in a directory of its own; it ends at the latest with this value.
///
/// It must start as root: that is how mail servers are.
final class DovecotServer: Sendable {
    let directory: URL
    let imapPort: Int
    let pop3Port: Int
    let certificates: TestCertificates
    private let process: ServerProcess

    struct StartFailure: Error, CustomStringConvertible {
        var description: String
    }

    /// - Parameter names: whom its certificate is for.
    init(password: String, names: String = "DNS:localhost,IP:127.0.0.1") async throws {
        certificates = try await TestCertificates(names: names)
        guard let imapPort = RedisServer.freePort(), let pop3Port = RedisServer.freePort() else {
            throw StartFailure(description: "there is no free port")
        }
        self.imapPort = imapPort
        self.pop3Port = pop3Port
        // A short path: the system takes about 100 bytes for a socket.
        directory = URL(filePath: "/tmp/pr-dovecot-\(UUID().uuidString.prefix(8))")
        let path = directory.path
        try await Tool.run(["mkdir", "-p"] + ["run", "mail/new", "mail/cur", "mail/tmp"].map { "\(path)/\($0)" })
        try Self.configuration(path, imapPort, pop3Port, certificates, password).write(
            toFile: path + "/dovecot.conf", atomically: true, encoding: .utf8)
        try await Tool.run(["chown", "-R", "nobody", path + "/mail"])
        process = try ServerProcess(["/usr/sbin/dovecot", "-F", "-c", path + "/dovecot.conf"], directory: directory)
        let process = process
        try await poll("Dovecot does not come up: \(Self.log(directory))", limit: .seconds(20)) {
            guard process.isRunning else { throw StartFailure(description: "Dovecot ended: \(Self.log(directory))") }
            return LoopbackConnection(port: imapPort) != nil && LoopbackConnection(port: pop3Port) != nil
        }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// What it has logged.
    var log: String { Self.log(directory) }

    func stop() async { await process.stop() }

    /// Puts a message into the user's mailbox.
    func deliver(_ message: String, name: String) async throws {
        let file = "\(directory.path)/mail/tmp/\(name)"
        try message.write(toFile: file, atomically: true, encoding: .utf8)
        try await Tool.run(["chown", "nobody", file])
        try await Tool.run(["mv", file, "\(directory.path)/mail/new/\(name)"])
    }

    /// Puts many messages into the user's mailbox, as nobody but a test can.
    func deliver(_ count: Int, _ message: (Int) -> String) async throws {
        for number in 0..<count {
            let file = URL(filePath: "\(directory.path)/mail/new/\(number).mx")
            try Data(message(number).utf8).write(to: file)
        }
        try await Tool.run(["chown", "-R", "nobody", directory.path + "/mail"])
    }

    /// Somebody else marks a message of the mailbox as deleted, and leaves it there.
    func deliverDeleted(_ message: String, name: String) async throws {
        try await deliver(message, name: name)
        let mail = directory.path + "/mail"
        try await Tool.run(["mv", "\(mail)/new/\(name)", "\(mail)/cur/\(name):2,T"])
    }

    /// How often a user has logged in.
    var logins: Int { log.ranges(of: "-login: Info: Login: ").count }

    /// How many messages the mailbox holds.
    func count() throws -> Int {
        try ["new", "cur"].reduce(0) {
            try $0 + FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/mail/\($1)").count
        }
    }

    private static func log(_ directory: URL) -> String {
        ["log", "output"].compactMap { try? String(contentsOf: directory.appending(path: $0), encoding: .utf8) }
            .joined()
    }

    private static func configuration(
        _ path: String, _ imapPort: Int, _ pop3Port: Int, _ certificates: TestCertificates, _ password: String
    ) -> String {
        """
        base_dir = \(path)/run
        state_dir = \(path)/run
        log_path = \(path)/log
        protocols = imap pop3
        listen = 127.0.0.1
        first_valid_uid = 1
        ssl = required
        ssl_cert = <\(certificates.path("server"))
        ssl_key = <\(certificates.path("server", "key"))
        mail_location = maildir:\(path)/mail
        passdb {
          driver = static
          args = user=ann password=\(password)
        }
        userdb {
          driver = static
          args = uid=nobody gid=nogroup home=\(path)/mail
        }
        service imap-login {
          inet_listener imap {
            port = 0
          }
          inet_listener imaps {
            port = \(imapPort)
            ssl = yes
          }
        }
        service pop3-login {
          inet_listener pop3 {
            port = 0
          }
          inet_listener pop3s {
            port = \(pop3Port)
            ssl = yes
          }
        }

        """
    }
}
