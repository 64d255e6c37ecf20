import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The log of decided recipients: one JSON object a line, collected and appended to a file in whole lines.
final class SimulatorLog: Sendable {
    /// One decision.
    struct Entry {
        var sender: String
        var recipient: String
        /// The Message-ID header's value; `nil` when the decision fell before the content came.
        var messageID: String?
        /// The length of the content in bytes; 0 when the decision fell before it came.
        var bytes: Int
        /// The reply as it was said; empty when nothing was said.
        var reply: String
    }

    private struct State {
        var descriptor: Int32
        var lines: [UInt8] = []
        var clock = LogClock()
    }

    /// How many bytes are collected before they are written without waiting for the next flush.
    private static let capacity = 64 * 1024

    private let path: String
    private let state: Mutex<State>

    /// Opens the file for appending; throws what the system says.
    init(path: String) throws(SimulatorLogError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SimulatorLogError(path: path, problem: String(cString: strerror(errno))) }
        self.path = path
        var first = State(descriptor: descriptor)
        first.lines.reserveCapacity(Self.capacity + 4096)
        state = Mutex(first)
    }

    /// Adds a line; the time is now.
    func add(_ entry: Entry) throws(SimulatorLogError) {
        let isFull = state.withLock { state in
            state.lines.append(text: "{\"time\":\"")
            state.clock.appendNow(to: &state.lines)
            state.lines.append(text: "\",\"sender\":")
            state.lines.append(json: entry.sender)
            state.lines.append(text: ",\"recipient\":")
            state.lines.append(json: entry.recipient)
            state.lines.append(text: ",\"messageID\":")
            if let messageID = entry.messageID {
                state.lines.append(json: messageID)
            } else {
                state.lines.append(text: "null")
            }
            state.lines.append(text: ",\"bytes\":")
            state.lines.append(contentsOf: String(entry.bytes).utf8)
            state.lines.append(text: ",\"reply\":")
            state.lines.append(json: entry.reply)
            state.lines.append(text: "}\n")
            return state.lines.count >= Self.capacity
        }
        if isFull { try flush() }
    }

    /// Writes what has been collected.
    func flush() throws(SimulatorLogError) {
        let problem: Int32? = state.withLock { state in
            guard state.descriptor >= 0 else { return nil }
            let problem = Self.write(state.lines, to: state.descriptor)
            state.lines.removeAll(keepingCapacity: true)
            return problem
        }
        if let problem { throw SimulatorLogError(path: path, problem: String(cString: strerror(problem))) }
    }

    /// Writes what has been collected and closes the file.
    func close() throws(SimulatorLogError) {
        defer {
            state.withLock { state in
                if state.descriptor >= 0 { _ = systemClose(state.descriptor) }
                state.descriptor = -1
            }
        }
        try flush()
    }

    /// Writes all of the bytes; answers the system's error number if it cannot.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest))
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                rest = rest.dropFirst(count)
            }
            return nil
        }
    }
}

// The C functions whose names the type's own methods hide.
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

/// Why the log cannot be written.
public struct SimulatorLogError: Error, Hashable, CustomStringConvertible {
    public var path: String
    public var problem: String

    public var description: String { "cannot write the log \(path): \(problem)" }
}
