internal import CCurl
internal import Synchronization

/// A connection to a mail server through libcurl, kept from one request to the next.
///
/// Every call blocks.
final class CurlSession: Sendable {
    /// What a mail server is asked for.
    struct Request {
        var url: String
        /// A command in place of the one that the URL means.
        var command: String?
        /// Whether nothing but the status is expected.
        var hasNoAnswer = false
    }

    /// What went wrong, in libcurl's words and never with a password.
    struct Failure: Error, CustomStringConvertible {
        var code: UInt32
        var description: String

        /// The server has refused this one request, and the connection goes on.
        var isRefusal: Bool {
            [CURLE_QUOTE_ERROR, CURLE_REMOTE_FILE_NOT_FOUND, CURLE_WEIRD_SERVER_REPLY].contains { $0.rawValue == code }
        }
    }

    /// The beginning of an answer, as far as it is wanted.
    private final class Answer {
        var bytes: [UInt8] = []
        let limit: Int

        init(limit: Int) { self.limit = limit }
    }

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    /// Seconds without a byte after which a server is given up, and for a connection to come about.
    private static let patience = 60

    /// What libcurl gave us, which is used under the lock only.
    private struct Handle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private let server: MailboxServer
    private let handle: Mutex<Handle?>

    init(_ server: MailboxServer) {
        self.server = server
        handle = Mutex(Self.isReady ? curl_easy_init().map(Handle.init) : nil)
    }

    deinit { close() }

    /// Says goodbye to the server; what was deleted by POP3 is gone only then (RFC 1939 §6).
    func close() {
        handle.withLock { handle in
            if let open = handle { curl_easy_cleanup(open.pointer) }
            handle = nil
        }
    }

    /// Asks the server and answers what it says, at most `limit` bytes of it.
    func perform(_ request: Request, limit: Int = 16 << 20) throws(Failure) -> [UInt8] {
        let answer = Answer(limit: limit)
        let code = handle.withLock { handle -> CURLcode in
            guard let handle = handle?.pointer else { return CURLE_FAILED_INIT }
            // Keeps the connection.
            curl_easy_reset(handle)
            prepare(handle, request)
            _ = postrider_curl_set_writer(
                handle,
                { bytes, size, count, context in
                    guard let bytes, let context else { return 0 }
                    let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
                    let wanted = min(size * count, answer.limit - answer.bytes.count)
                    if wanted > 0 {
                        answer.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: wanted))
                    }
                    return size * count
                }, Unmanaged.passUnretained(answer).toOpaque())
            return withExtendedLifetime(answer) { curl_easy_perform(handle) }
        }
        guard code == CURLE_OK else {
            throw Failure(
                code: code.rawValue, description: "\(server.base): \(String(cString: curl_easy_strerror(code)))")
        }
        return answer.bytes
    }

    private func prepare(_ handle: UnsafeMutableRawPointer, _ request: Request) {
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_URL, request.url), (CURLOPT_USERNAME, server.user), (CURLOPT_PASSWORD, server.password),
            (CURLOPT_CUSTOMREQUEST, request.command), (CURLOPT_CAINFO, server.authorities),
            (CURLOPT_PROTOCOLS_STR, "imap,imaps,pop3,pop3s"),
        ]
        for (option, text) in texts where text != nil { _ = postrider_curl_set_text(handle, option, text) }
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_CONNECTTIMEOUT, Self.patience), (CURLOPT_LOW_SPEED_LIMIT, 1),
            (CURLOPT_LOW_SPEED_TIME, Self.patience), (CURLOPT_NOBODY, request.hasNoAnswer ? 1 : 0),
            // The longest line of an answer: the numbers of some ten thousand messages.
            (CURLOPT_BUFFERSIZE, 512 << 10),
            (CURLOPT_USE_SSL, Int((server.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue)),
        ]
        for (option, number) in numbers { _ = postrider_curl_set_number(handle, option, number) }
    }
}
