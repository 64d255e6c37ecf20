internal import Foundation
internal import MailMessage

/// The directory that holds everything of one coordinator: the contact book, the API token, the embedded Redis.
public final class DataDirectory: Sendable {
    public let path: String
    private let lockDescriptor: Int32

    /// The socket of the embedded Redis, which workers on this machine may use, too.
    public static func redisSocket(in path: String) -> String { join(path, "redis.sock") }

    /// The file with the API's token.
    public static func tokenFile(in path: String) -> String { join(path, "token") }

    /// The file with the token keys.
    public static func tokenKeyFile(in path: String) -> String { join(path, TokenKeys.fileName) }

    /// Opens the directory for one coordinator, creating it (mode 0700) as needed.
    ///
    /// - Parameter owner: Written into the lock file, and shown to a second coordinator that is refused.
    /// - Throws: ``CoordinatorError`` when it cannot be used, or another coordinator has it.
    public init(path: String, owner: String) throws {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        self.path = absolute
        do {
            try FileManager.default.createDirectory(
                atPath: absolute, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CoordinatorError(
                .badDataDirectory,
                "the data directory \(absolute) cannot be created: \(error.localizedDescription); name another with --data"
            )
        }
        let lockPath = Self.join(absolute, "coordinator.lock")
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CoordinatorError(
                .badDataDirectory,
                "\(lockPath) cannot be written: \(String(cString: strerror(errno))); check who owns the data directory")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? String(contentsOfFile: lockPath, encoding: .utf8)) ?? ""
            close(descriptor)
            throw CoordinatorError(
                .alreadyRunning,
                "the data directory \(absolute) is in use by \(holder.isEmpty ? "another coordinator" : holder); "
                    + "stop that one first, or name another directory with --data")
        }
        ftruncate(descriptor, 0)
        _ = owner.withCString { write(descriptor, $0, strlen($0)) }
        lockDescriptor = descriptor
    }

    deinit {
        // The kernel drops the lock with the descriptor; so does any death of the process.
        close(lockDescriptor)
    }

    /// The API's token, made at first use and kept in a file that only its owner may read.
    public func token() throws -> String { try secret(in: Self.tokenFile(in: path)) }

    /// The token keys, made at first use and kept in a file that only its owner may read.
    func tokenKeys() throws -> TokenKeys {
        do {
            return try TokenKeys.readingOrCreating(Self.tokenKeyFile(in: path))
        } catch {
            throw CoordinatorError(.badDataDirectory, error.message)
        }
    }

    /// What tells this contact book from every other one.
    func identity() throws -> String { try secret(in: file("identity")) }

    /// A long random word that is made once and kept (mode 0600).
    private func secret(in file: String) throws -> String {
        if let known = try? String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines),
            !known.isEmpty
        {
            return known
        }
        var random = SystemRandomNumberGenerator()
        let word = (0..<4).map { _ in String(format: "%016llx", random.next()) }.joined()
        let line = word + "\n"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CoordinatorError(.badDataDirectory, "\(file) cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { Foundation.close(descriptor) }
        guard line.withCString({ write(descriptor, $0, strlen($0)) }) == line.utf8.count else {
            throw CoordinatorError(.badDataDirectory, "\(file) cannot be written: \(String(cString: strerror(errno)))")
        }
        return word
    }

    /// The full path of a file in this directory.
    public func file(_ name: String) -> String { Self.join(path, name) }

    private static func join(_ directory: String, _ name: String) -> String {
        URL(fileURLWithPath: directory).appendingPathComponent(name).standardizedFileURL.path
    }
}
