public import CampaignCoordinator
public import Hummingbird
public import Logging
internal import NIOCore

/// The HTTP server that readers of messages reach, apart from the API so that a proxy can show it alone to the world.
public struct PublicServer: Sendable {
    /// Connections at once; what comes beyond waits.
    private static let connections = 1000

    private let routes: PublicRoutes
    private let logger: Logger

    /// Prepares the pages of a coordinator.
    public init(coordinator: Coordinator, logger: Logger) {
        routes = PublicRoutes(coordinator: coordinator)
        self.logger = logger
    }

    /// The HTTP server as a service.
    ///
    /// - Parameters:
    ///   - port: the port; 0 lets the system choose.
    ///   - extend: adds more routes, such as those that providers report to.
    ///   - ready: called with the port once it listens.
    public func application(
        host: String, port: Int, extend: (Router<PublicRequestContext>) -> Void = { _ in },
        ready: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let router = routes.router()
        extend(router)
        return Application(
            router: router,
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(30),
                    httpDecoderConfiguration: .init(maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(Self.connections, logger: logger)),
            onServerRunning: { channel in await ready(channel.localAddress?.port ?? port) }, logger: logger)
    }
}
