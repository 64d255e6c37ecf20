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
        /// Whether a new connection may be made for it, where the last one has ended.
        var mayConnect = true
    }

    /// What a mail server has answered.
    struct Reply {
        /// The beginning of the content.
        var content: [UInt8]
        /// What the server has said around it, line by line, and before it, where it was selected or logged in for this request.
        var lines: [String]
    }

    /// The beginning of an answer, as far as it is wanted.
    private final class Answer {
        var content: [UInt8] = []
        var lines: [UInt8] = []
        /// libcurl's words for what goes wrong, which end with a zero.
        let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        let limit: Int

        init(limit: Int) {
            self.limit = limit
            words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        }

        deinit { words.deallocate() }

        static func append(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, to kept: inout [UInt8], upTo limit: Int)
        {
            let wanted = min(count, limit - kept.count)
            guard let bytes, wanted > 0 else { return }
            kept.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: wanted))
        }
    }

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    /// Bytes of a server's lines that are kept of one request.
    private static let lineLimit = 128 << 10

    /// What libcurl gave us, which is used under the lock only.
    private struct Handle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private let server: MailboxServer
    private let handle = Mutex<Handle?>(nil)

    init(_ server: MailboxServer) {
        self.server = server
    }

    deinit { close() }

    /// Says goodbye to the server; what was deleted by POP3 is gone only then (RFC 1939 §6).
    func close() {
        handle.withLock { handle in
            if let open = handle { curl_easy_cleanup(open.pointer) }
            handle = nil
        }
    }

    /// Asks the server and answers what it says, at most `limit` bytes of the content.
    func perform(_ request: Request, limit: Int = 16 << 20) throws(Failure) -> Reply {
        let answer = Answer(limit: limit)
        let code = handle.withLock { handle -> CURLcode in
            if handle == nil, Self.isReady { handle = curl_easy_init().map(Handle.init) }
            guard let handle = handle?.pointer else { return CURLE_FAILED_INIT }
            // Keeps the connection.
            curl_easy_reset(handle)
            prepare(handle, request)
            listen(handle, answer)
            return withExtendedLifetime(answer) { curl_easy_perform(handle) }
        }
        let lines = String(decoding: answer.lines, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        guard code == CURLE_OK else {
            throw Failure(
                code: code.rawValue, place: "\(server.user) at \(server.base)",
                words: String(cString: answer.words[0] == 0 ? curl_easy_strerror(code) : UnsafePointer(answer.words)),
                lines: lines)
        }
        return Reply(content: answer.content, lines: lines)
    }

    private func listen(_ handle: UnsafeMutableRawPointer, _ answer: Answer) {
        _ = postrider_curl_set_text(handle, CURLOPT_ERRORBUFFER, answer.words)
        let context = Unmanaged.passUnretained(answer).toOpaque()
        _ = postrider_curl_set_writer(
            handle,
            { bytes, size, count, context in
                guard let context else { return 0 }
                let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
                Answer.append(bytes, size * count, to: &answer.content, upTo: answer.limit)
                return size * count
            }, context)
        _ = postrider_curl_set_line_reader(
            handle,
            { bytes, size, count, context in
                guard let context else { return 0 }
                let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
                Answer.append(bytes, size * count, to: &answer.lines, upTo: CurlSession.lineLimit)
                return size * count
            }, context)
    }

    private func prepare(_ handle: UnsafeMutableRawPointer, _ request: Request) {
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_URL, request.url), (CURLOPT_USERNAME, server.user), (CURLOPT_PASSWORD, server.password),
            (CURLOPT_CUSTOMREQUEST, request.command), (CURLOPT_CAINFO, server.authorities),
            (CURLOPT_PROTOCOLS_STR, "imap,imaps,pop3,pop3s"),
        ]
        for (option, text) in texts where text != nil { _ = postrider_curl_set_text(handle, option, text) }
        let patience = Int(server.patience.components.seconds)
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_CONNECTTIMEOUT, patience), (CURLOPT_SERVER_RESPONSE_TIMEOUT, patience),
            (CURLOPT_LOW_SPEED_LIMIT, 100), (CURLOPT_LOW_SPEED_TIME, patience),
            (CURLOPT_NOBODY, request.hasNoAnswer ? 1 : 0),
            // No line of an answer may be longer; newer versions of libcurl take no more than this either.
            (CURLOPT_BUFFERSIZE, 64 << 10),
            (CURLOPT_USE_SSL, Int((server.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue)),
        ]
        for (option, number) in numbers { _ = postrider_curl_set_number(handle, option, number) }
        if !request.mayConnect { _ = postrider_curl_forbid_connecting(handle) }
    }
}
