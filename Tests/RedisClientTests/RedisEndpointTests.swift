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
            ("rediss://me:secret@db.example?cacert=/ca.pem", "rediss://me@db.example:6379"),
            (
                "redis-sentinel://me:secret@a,b:1,[::1]:2/main/3?sentinelpassword=secret2",
                "redis-sentinel://me@a:26379,b:1,[::1]:2/main/3"
            ),
            ("rediss-sentinel://a/main", "rediss-sentinel://a:26379/main"),
            ("redis-cluster://:secret@a,b:7000", "redis-cluster://a:6379,b:7000"),
            ("rediss+cluster://a/0", "rediss-cluster://a:6379"),
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

    @Test("What secures a connection stands behind the question mark")
    func tls() throws {
        let endpoint = try RedisEndpoint(
            parsing: "rediss-cluster://a?cacert=/my%20ca.pem&cert=/c&key=/k&servername=redis.internal&verify=none")
        #expect(endpoint.isCluster)
        #expect(
            endpoint.tls
                == RedisTLS(
                    authorityFile: "/my ca.pem", certificateFile: "/c", keyFile: "/k", serverName: "redis.internal",
                    verification: .none))
        #expect(try RedisEndpoint(parsing: "redis://a").tls == nil)
    }

    @Test("Sentinels have a login of their own")
    func sentinelLogin() throws {
        let endpoint = try RedisEndpoint(
            parsing: "redis-sentinel://me:mine@a/main?sentineluser=watch&sentinelpassword=w%26")
        #expect(endpoint.username == "me" && endpoint.password == "mine")
        #expect(endpoint.sentinelUsername == "watch" && endpoint.sentinelPassword == "w&")
        #expect(endpoint.address == .sentinels([.init("a", port: 26_379)], primary: "main"))
    }

    @Test(
        "Addresses that mean nothing are refused, without giving the password away",
        arguments: [
            "localhost:6379", "http://u:secret@host", "redis://", "redis://u:secret@:6379", "redis://u:secret@host:0",
            "redis://u:secret@host:port", "redis://host/x", "redis://host?timeout=5", "unix://run/redis.sock",
            "unix:///",
            "redis://u:secret%zz@host", "redis://host/-1", "redis-sentinel://u:secret@a,b", "redis-sentinel:///main",
            "redis-sentinel://a/main/x", "redis-cluster://u:secret@a/1", "redis-cluster://a?db=2", "redis-cluster://",
            "redis://u:secret@a?cacert=/ca.pem", "rediss://a?cert=/c.pem", "rediss://a?verify=maybe",
            "rediss://a?cacert=", "redis://a?sentinelpassword=secret",
        ])
    func invalid(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisEndpoint(parsing: url) }
        #expect(error?.code == .invalidEndpoint)
        #expect(error?.message.contains("secret") == false)
    }
}
