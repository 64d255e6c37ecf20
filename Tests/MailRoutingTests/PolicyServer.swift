import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport

/// A web server for the policies of `NAME.sts.example`, on a port of 127.0.0.1, with a certificate made by the test.
final class PolicyServer: Sendable {
    /// The domains that there are; what each is good for says ``answer(to:)``.
    static let names = [
        "good", "other", "testing", "none", "wildcard", "redirect", "html", "long", "malformed", "missing", "slow",
        "stranger",
    ]

    let port: Int
    let certificates: TestCertificates
    private let channel: any Channel

    private init(channel: any Channel, certificates: TestCertificates) {
        self.channel = channel
        self.certificates = certificates
        port = channel.localAddress?.port ?? 0
    }

    deinit { channel.close(promise: nil) }

    /// Starts a server whose certificate is for all domains but `stranger`.
    static func start() async throws -> PolicyServer {
        let hosts = names.filter { $0 != "stranger" }.map { "DNS:mta-sts.\($0).sts.example" }
        let certificates = try await TestCertificates(names: hosts.joined(separator: ","))
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMFile(certificates.path("server")).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(file: certificates.path("server", "key"), format: .pem))))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answering())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return PolicyServer(channel: channel, certificates: certificates)
    }

    /// What is said to who asks for a policy; `nil` is never answered.
    static func answer(to host: String) -> (status: HTTPResponseStatus, type: String, body: String)? {
        let name = host.split(separator: ".").dropFirst().first ?? ""
        func policy(_ mode: String, _ mx: String) -> String {
            "version: STSv1\r\nmode: \(mode)\r\nmx: \(mx)\r\nmax_age: 86400\r\n"
        }
        return switch name {
        case "good": (.ok, "text/plain; charset=utf-8", policy("enforce", "mx.good.sts.example"))
        case "wildcard": (.ok, "text/plain", policy("enforce", "*.wildcard.sts.example"))
        case "other": (.ok, "text/plain", policy("enforce", "mx.elsewhere.example"))
        case "testing": (.ok, "text/plain", policy("testing", "mx.elsewhere.example"))
        case "none": (.ok, "text/plain", "version: STSv1\nmode: none\nmax_age: 86400\n")
        case "redirect": (.movedPermanently, "text/plain", policy("enforce", "mx.redirect.sts.example"))
        case "html": (.ok, "text/html", policy("enforce", "mx.elsewhere.example"))
        case "long":
            (.ok, "text/plain", policy("enforce", "mx.elsewhere.example") + String(repeating: "x: y\n", count: 50_000))
        case "malformed": (.ok, "text/plain", "mode: enforce\n")
        case "slow": nil
        case "stranger": (.ok, "text/plain", policy("enforce", "mx.elsewhere.example"))
        default: (.notFound, "text/plain", "")
        }
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data), head.uri.hasPrefix("/.well-known/mta-sts.txt"),
                let answer = PolicyServer.answer(to: head.headers.first(name: "host") ?? "")
            else { return }
            var headers: HTTPHeaders = ["content-type": answer.type, "content-length": "\(answer.body.utf8.count)"]
            if answer.status == .movedPermanently {
                headers.add(name: "location", value: "https://mta-sts.good.sts.example/.well-known/mta-sts.txt")
            }
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: answer.status, headers: headers))), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
