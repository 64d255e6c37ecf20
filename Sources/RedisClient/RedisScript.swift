/// A Lua script that runs inside Redis.
///
/// Make one per script and keep it: its digest is computed when it is made.
public struct RedisScript: Sendable, Hashable {
    /// The name by which people know it; it appears in errors.
    public let name: String
    public let source: String
    /// The name by which Redis knows it: SHA-1 of the source in lower-case hexadecimal.
    public let sha1: String

    public init(name: String, source: String) {
        self.name = name
        self.source = source
        self.sha1 = SHA1.hexadecimalDigest(of: source)
    }

    func evaluation(keys: [RedisArgument], arguments: [RedisArgument]) -> RedisCommand {
        RedisCommand(
            head: ["EVALSHA", RedisArgument(sha1), RedisArgument(keys.count)], keys: keys, arguments: arguments)
    }

    var load: RedisCommand { RedisCommand(head: ["SCRIPT", "LOAD", RedisArgument(source)]) }
}
