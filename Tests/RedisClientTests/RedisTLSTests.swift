import NIOCore
import RedisClient
import TestSupport
import Testing

@Suite("TLS", .timeLimit(.minutes(2)))
struct RedisTLSTests {
    private func failure(connectingTo url: String, within limit: TimeAmount = .seconds(5)) async throws -> RedisError {
        var configuration = RedisConfiguration()
        configuration.connectTimeout = limit
        let connection = try makeConnection(url, configuration)
        let error = await #expect(throws: RedisError.self) { try await connection.connect() }
        await connection.close()
        return try #require(error)
    }

    /// Runs a body against a server that speaks only TLS and demands a client's certificate.
    private func withServer(
        _ certificates: TestCertificates? = nil, _ body: (_ port: Int, TestCertificates) async throws -> Void
    ) async throws {
        let certificates = if let certificates { certificates } else { try await TestCertificates() }
        let server = try await RedisServer.start(withPort: true, certificates: certificates)
        do {
            try await body(try #require(server.port), certificates)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test("A server that demands a client's certificate is spoken to by name and by address")
    func certificates() async throws {
        try await withServer { port, certificates in
            for host in ["localhost", "127.0.0.1"] {
                let connection = try makeConnection("rediss://\(host):\(port)?\(certificates.query)")
                try await connection.connect()
                let large = String(repeating: "x", count: 300_000)
                #expect(try await connection.send("ECHO", [RedisArgument(large)]).text == large)
                await connection.close()
            }
        }
    }

    @Test("An authority that we do not trust, unless we do not care")
    func untrusted() async throws {
        try await withServer { port, certificates in
            let stranger = try await TestCertificates()
            let ours = "cert=\(certificates.path("client"))&key=\(certificates.path("client", "key"))"
            let untrusted = try await failure(
                connectingTo: "rediss://localhost:\(port)?cacert=\(stranger.path("ca"))&\(ours)")
            #expect(untrusted.code == .tlsFailed)
            #expect(untrusted.message.contains("not trusted"))
            #expect(untrusted.message.contains(stranger.path("ca")))

            let careless = try makeConnection("rediss://localhost:\(port)?\(ours)&verify=none")
            try await careless.connect()
            await careless.close()
        }
    }

    @Test("A certificate that is for another name, unless that name is the one to expect")
    func otherName() async throws {
        try await withServer(TestCertificates(names: "DNS:redis.example.org")) { port, certificates in
            for host in ["localhost", "127.0.0.1"] {
                let url = "rediss://\(host):\(port)?\(certificates.query)"
                let error = try await failure(connectingTo: url)
                #expect(error.code == .tlsFailed)
                #expect(error.message.contains("another name"))

                let connection = try makeConnection(url + "&servername=redis.example.org")
                try await connection.connect()
                await connection.close()
            }
        }
    }

    @Test("A server that gets no certificate, or one that it does not trust, says so")
    func refused() async throws {
        try await withServer { port, certificates in
            let ca = "cacert=\(certificates.path("ca"))"
            let missing = try await failure(connectingTo: "rediss://localhost:\(port)?\(ca)")
            #expect(missing.code == .tlsFailed)
            #expect(missing.message.contains("without a certificate"))

            let stranger = try await TestCertificates()
            let theirs = "cert=\(stranger.path("client"))&key=\(stranger.path("client", "key"))"
            let unknown = try await failure(connectingTo: "rediss://localhost:\(port)?\(ca)&\(theirs)")
            #expect(unknown.code == .tlsFailed)
            #expect(unknown.message.contains("another authority"))
        }
    }

    @Test("Files that are missing, hold something else, or do not belong together are named")
    func files() async throws {
        let certificates = try await TestCertificates()
        let (pem, key) = (certificates.path("client"), certificates.path("client", "key"))
        for (query, named) in [
            ("cacert=/nowhere/ca.pem", "CA file /nowhere/ca.pem cannot be read: No such file"),
            ("cacert=\(key)", "holds no certificate"),
            ("cert=\(pem)&key=/nowhere/key", "key file /nowhere/key cannot be read"),
            ("cert=\(pem)&key=\(pem)", "holds no private key"),
            ("cert=\(pem)&key=\(certificates.path("server", "key"))", "cannot be used together"),
        ] {
            let error = try await failure(connectingTo: "rediss://localhost?\(query)")
            #expect(error.code == .tlsFailed)
            #expect(error.message.contains(named), "\(error.message)")
        }
    }

    @Test("A server that speaks no TLS is found out, and so is one that speaks nothing else")
    func mismatch() async throws {
        let plain = try await RedisServer.start(withPort: true)
        let error = try await failure(
            connectingTo: "rediss://127.0.0.1:\(try #require(plain.port))", within: .milliseconds(500))
        #expect([.tlsFailed, .connectTimedOut].contains(error.code))
        #expect(error.message.contains("speaks no TLS on this port"))
        await plain.stop()
        try await withServer { port, _ in
            let error = try await failure(connectingTo: "redis://127.0.0.1:\(port)")
            #expect(error.message.contains("rediss"))
        }
    }

    @Test("A cluster that speaks only TLS tells the ports where its servers do")
    func cluster() async throws {
        let certificates = try await TestCertificates()
        let cluster = try await RedisCluster.start(certificates: certificates)
        do {
            let redis = try makeRedis(cluster.url)
            try await redis.connect()
            for number in 0..<8 {
                let key = RedisArgument("{\(number)}")
                #expect(try await redis.submit(["SET", key, "v"], key: key).get().text == "OK")
            }
            await redis.close()
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }
}
