internal import Foundation

/// Files that hold keys: only their owner may read them.
public enum SecretFile {
    /// Reads a key file.
    ///
    /// Refused when everybody may read or write it; a group may read it, as it does where a service manager hands keys out.
    public static func read(_ path: String) throws(KeyFileError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw KeyFileError(.unreadable, "\(path) cannot be read: \(problem())")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw KeyFileError(.unreadable, "\(path) is a directory, not a key file")
        }
        guard status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP) == 0 else {
            throw KeyFileError(.exposed, "\(path) is open to others than its owner; run: chmod 600 \(path)")
        }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw KeyFileError(.unreadable, "\(path) cannot be read; run this as the user who owns it")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a new key file of mode 0600; never over another file, and nothing is left behind when it cannot be written.
    public static func create(_ path: String, _ text: String) throws(KeyFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno != EEXIST else {
                throw KeyFileError(.exists, "\(path) exists already and is not overwritten; choose another name")
            }
            throw KeyFileError(.unreadable, "\(path) cannot be written: \(problem())")
        }
        // Whatever the umask of the process is.
        let isPrivate = fchmod(descriptor, 0o600) == 0
        let bytes = Array(text.utf8)
        let isWritten = isPrivate && write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else {
            let problem = problem()
            unlink(path)
            throw KeyFileError(.unreadable, "\(path) cannot be written: \(problem)")
        }
    }

    private static func problem() -> String { String(cString: strerror(errno)).lowercased() }
}
