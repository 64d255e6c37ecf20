import Foundation
import TestSupport

/// A mail server that keeps every message as a file, with the return path in a field before it.
final class MessageStore {
    private static let server = """
        import os, socketserver, sys
        class Session(socketserver.StreamRequestHandler):
            def say(self, text): self.wfile.write(text.encode() + b'\\r\\n')
            def handle(self):
                self.say('220 store.example ESMTP')
                sender = b''
                for line in self.rfile:
                    verb = line[:4].upper()
                    if verb == b'EHLO': self.say('250 store.example')
                    elif verb == b'MAIL':
                        sender = line.split(b'<', 1)[1].split(b'>')[0]
                        self.say('250 2.1.0 fine')
                    elif verb == b'DATA':
                        self.say('354 go on')
                        message = b'Return-Path: <' + sender + b'>\\r\\n'
                        for line in self.rfile:
                            if line == b'.\\r\\n': break
                            message += line[1:] if line[:1] == b'.' else line
                        name = os.path.join(sys.argv[1], str(len(os.listdir(sys.argv[1]))))
                        with open(name + '.part', 'wb') as file: file.write(message)
                        os.rename(name + '.part', name + '.eml')
                        self.say('250 2.0.0 kept')
                    elif verb == b'QUIT':
                        self.say('221 2.0.0 bye')
                        return
                    else: self.say('250 2.0.0 fine')
        with socketserver.TCPServer(('127.0.0.1', 0), Session) as server:
            print(server.server_address[1], flush=True)
            server.serve_forever()
        """

    /// Thrown when the server does not start.
    struct NoPort: Error, CustomStringConvertible {
        var description: String
    }

    let port: Int
    private let process = Process()
    private let folder: URL

    /// Starts the server; it keeps messages in a new folder within `directory`.
    init(in directory: URL) async throws {
        folder = directory.appendingPathComponent("store")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.server, folder.path]
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw NoPort(description: "the store says no port: \(line)")
        }
        self.port = port
    }

    deinit {
        // Foundation hands down blocked signals; this one cannot be blocked.
        kill(process.processIdentifier, SIGKILL)
    }

    /// The files of all messages so far.
    var files: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "eml" }.sorted { $0.path < $1.path }
        }
    }
}
