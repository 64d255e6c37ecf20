public import Foundation

/// An authority of its own with a certificate for a server on this machine and one for a client, made by openssl.
public final class TestCertificates: Sendable {
    /// Where they are; it disappears with this value.
    public let directory: URL

    /// Makes the certificates.
    ///
    /// - Parameter names: whom the server's is for.
    public init(names: String = "DNS:localhost,IP:127.0.0.1") async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "pr-tls-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try await make("ca", ["basicConstraints=critical,CA:TRUE"], signed: false)
        try await make("server", ["subjectAltName=\(names)"], signed: true)
        try await make("client", ["extendedKeyUsage=clientAuth"], signed: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Makes another certificate for a server on this machine, `expired`, that was valid until yesterday.
    public func makeExpired() async throws {
        try "subjectAltName=DNS:localhost\n".write(toFile: path("expired", "cnf"), atomically: true, encoding: .utf8)
        try await Tool.run([
            "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=postrider test expired", "-keyout", path("expired", "key"), "-out", path("expired", "csr"),
        ])
        try await Tool.run([
            "openssl", "x509", "-req", "-in", path("expired", "csr"), "-CA", path("ca"), "-CAkey", path("ca", "key"),
            "-CAcreateserial", "-days", "-1", "-extfile", path("expired", "cnf"), "-out", path("expired"),
        ])
    }

    /// The path of a file: `ca`, `server` or `client`, with `pem` or `key`.
    public func path(_ name: String, _ kind: String = "pem") -> String {
        directory.appendingPathComponent("\(name).\(kind)").path
    }

    /// Lines of redis.conf for a server that speaks only TLS and lets in only who has a certificate.
    public func configuration(port: Int) -> [String] {
        [
            "port 0", "tls-port \(port)", "tls-cert-file \(path("server"))", "tls-key-file \(path("server", "key"))",
            "tls-ca-cert-file \(path("ca"))", "tls-auth-clients yes", "tls-replication yes", "tls-cluster yes",
        ]
    }

    /// The parameters of an address that trusts this authority and shows the client's certificate.
    public var query: String { "cacert=\(path("ca"))&cert=\(path("client"))&key=\(path("client", "key"))" }

    /// The same for redis-cli.
    var options: [String] {
        ["--tls", "--cacert", path("ca"), "--cert", path("client"), "--key", path("client", "key")]
    }

    private func make(_ name: String, _ extensions: [String], signed: Bool) async throws {
        let signature = signed ? ["-CA", path("ca"), "-CAkey", path("ca", "key")] : []
        try await Tool.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days",
                "2", "-subj", "/CN=postrider test \(name)", "-keyout", path(name, "key"), "-out", path(name),
            ] + extensions.flatMap { ["-addext", $0] } + signature)
    }
}
