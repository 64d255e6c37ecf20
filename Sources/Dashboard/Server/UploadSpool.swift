internal import Foundation
internal import Hummingbird
internal import NIOCore

/// Puts a request's body into a file of the data directory as it comes in, so that it is never held in memory.
struct UploadSpool: Sendable {
    /// More than any list of contacts.
    static let mostBytes = 16 << 30

    private let directory: URL

    /// Uses (and makes) the folder `uploads` of a data directory, and clears it of what a killed coordinator left there.
    init(dataDirectory: String) throws {
        directory = URL(fileURLWithPath: dataDirectory).appendingPathComponent("uploads", isDirectory: true)
        try? FileManager.default.removeItem(at: directory)
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Writes the body to a new file and answers its path; nothing is left when this fails.
    func write(_ body: RequestBody) async throws -> String {
        let file = directory.appendingPathComponent(UUID().uuidString + ".csv")
        guard
            FileManager.default.createFile(
                atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else {
            throw APIErrorReport(code: "storage", message: "the coordinator cannot write to \(directory.path)")
        }
        do {
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            var bytes = 0
            for try await buffer in body {
                bytes += buffer.readableBytes
                guard bytes <= Self.mostBytes else {
                    throw APIErrorReport(
                        code: "too_large", message: "the file is larger than 16 GiB; import it in parts")
                }
                try handle.write(contentsOf: Data(buffer.readableBytesView))
            }
            return file.path
        } catch {
            remove(file.path)
            throw error
        }
    }

    /// Removes a file that ``write(_:)`` made.
    func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
