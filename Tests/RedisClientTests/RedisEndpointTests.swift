import RedisClient
import Testing

@Suite("Addresses of Redis")
struct RedisEndpointTests {
    @Test(
        "Addresses are read, and shown without their password",
        arguments: [
            ("redis://localhost", "redis://localhost:6379"),
            ("redis://:secret@db.example:7000/4", "redis://db.example:7000/4"),
            ("REDIS://me:sec:re@t@db.example/", "redis://me@db.example:6379"),
            ("redis://[::1]:7001?db=2", "redis://[::1]:7001/2"),
            ("unix:///run/redis.sock", "unix:///run/redis.sock"),
            ("redis+unix:///run/my%20redis.sock?db=5", "unix:///run/my redis.sock?db=5"),
            ("unix://me:secret@/run/redis.sock", "unix://me@/run/redis.sock"),
        ])
    func parsing(url: String, shown: String) throws {
        let endpoint = try RedisEndpoint(parsing: url)
        #expect(endpoint.description == shown)
        #expect(!String(reflecting: endpoint).contains("secret"))
        var dumped = ""
        dump(endpoint, to: &dumped)
        #expect(!dumped.contains("secret"))
    }

    @Test("Credentials may be percent-encoded and set by the caller")
    func credentials() throws {
        var endpoint = try RedisEndpoint(parsing: "redis://a%40b:p%2Fw@host")
        #expect(endpoint.username == "a@b")
        #expect(endpoint.password == "p/w")
        endpoint.password = "other"
        #expect(endpoint.password == "other")
    }

    @Test(
        "What is not supported yet says what is",
        arguments: ["rediss://host", "redis+sentinel://a,b/main", "redis-cluster://host"])
    func unsupported(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisEndpoint(parsing: url) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("redis://[user[:password]@]host") == true)
    }

    @Test(
        "Addresses that mean nothing are refused, without giving the password away",
        arguments: [
            "localhost:6379", "http://u:secret@host", "redis://", "redis://u:secret@:6379", "redis://u:secret@host:0",
            "redis://u:secret@host:port", "redis://host/x", "redis://host?timeout=5", "unix://run/redis.sock",
            "unix:///",
            "redis://u:secret%zz@host", "redis://host/-1",
        ])
    func invalid(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisEndpoint(parsing: url) }
        #expect(error?.code == .invalidEndpoint)
        #expect(error?.message.contains("secret") == false)
    }
}
