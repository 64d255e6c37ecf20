import NIOCore
import Testing

@testable import RedisClient

@Suite("The Redis protocol by hiredis")
struct RedisProtocolTests {
    private func encode(_ command: RedisCommand) -> String {
        var encoder = RedisCommandEncoder()
        var buffer = ByteBuffer()
        #expect(encoder.encode(command, into: &buffer))
        return String(buffer: buffer)
    }

    /// Reads replies from text fed in pieces of the size given.
    private func read(_ text: String, pieces: Int) throws -> [RedisValue] {
        let reader = try #require(RedisReplyReader())
        let bytes = Array(text.utf8)
        var values: [RedisValue] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { try reader.feed($0) }
            while let value = try reader.next() { values.append(value) }
        }
        return values
    }

    @Test("Arguments of every kind, empty ones too, are encoded with their lengths")
    func encoding() {
        let head: [RedisArgument] = ["SET", RedisArgument("ключ"), RedisArgument([1, 13, 10]), ""]
        let command = RedisCommand(head: head, keys: [RedisArgument(ByteBuffer(string: "buffer"))], arguments: [-12])
        #expect(
            encode(command)
                == "*6\r\n$3\r\nSET\r\n$8\r\nключ\r\n$3\r\n\u{1}\r\n\r\n$0\r\n\r\n$6\r\nbuffer\r\n$3\r\n-12\r\n")
        #expect(encode(RedisCommand(head: [""])) == "*1\r\n$0\r\n\r\n")
    }

    @Test("One encoder encodes one command after another")
    func encodingAgain() {
        var encoder = RedisCommandEncoder()
        var buffer = ByteBuffer()
        for text in ["a long argument first", "b"] {
            #expect(encoder.encode(RedisCommand(head: [RedisArgument(text)]), into: &buffer))
        }
        #expect(String(buffer: buffer) == "*1\r\n$21\r\na long argument first\r\n*1\r\n$1\r\nb\r\n")
    }

    @Test("A command without a name, or larger than Redis takes, is refused before it is sent")
    func refusals() {
        #expect(RedisCommand(head: []).refusal?.code == .invalidCommand)
        let many = [RedisArgument](repeating: 1, count: RedisCommand.maximumArgumentCount)
        #expect(RedisCommand(head: ["DEL"], arguments: many).refusal?.code == .invalidCommand)
        #expect(RedisCommand(head: ["DEL"], arguments: Array(many.dropLast())).refusal == nil)
    }

    @Test("Replies are the same however the bytes arrive", arguments: [1, 2, 3, 7, 1000])
    func reading(pieces: Int) throws {
        let text =
            "+OK\r\n$-1\r\n*-1\r\n:-42\r\n$0\r\n\r\n$4\r\na\r\nb\r\n*0\r\n"
            + "*3\r\n+QUEUED\r\n-WRONGTYPE not a list\r\n*2\r\n*0\r\n*2\r\n$-1\r\n:9223372036854775807\r\n-ERR top\r\n"
        let expected: [RedisValue] = [
            .string(Array("OK".utf8)), .null, .null, .integer(-42), .string([]), .string(Array("a\r\nb".utf8)),
            .array([]),
            .array([
                .string(Array("QUEUED".utf8)), .error(RedisErrorReply("WRONGTYPE not a list")),
                .array([.array([]), .array([.null, .integer(.max)])]),
            ]),
            .error(RedisErrorReply("ERR top")),
        ]
        #expect(try read(text, pieces: pieces) == expected)
    }

    @Test("What is not the protocol throws", arguments: ["HTTP/1.1 400 Bad Request\r\n", "*1\r\n?\r\n"])
    func violation(text: String) {
        let error = #expect(throws: RedisError.self) { try read(text, pieces: 1000) }
        #expect(error?.code == .protocolViolation)
    }

    @Test("A length that nobody could mean does not take memory for it")
    func hugeArray() throws {
        #expect(try read("*2147483647\r\n:1\r\n", pieces: 1000).isEmpty)
    }

    @Test(
        "SHA-1 gives the published digests",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
        ])
    func sha1(text: String, digest: String) {
        #expect(SHA1.hexadecimalDigest(of: text) == digest)
    }
}
