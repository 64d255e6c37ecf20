public import CampaignCoordinator
public import Hummingbird
public import Logging

/// The coordinator's HTTP API; a service that listens until it is told to stop.
public struct APIServer: Sendable {
    private let routes: APIRoutes
    private let logger: Logger

    /// Prepares the API of a coordinator.
    ///
    /// - Parameter dataDirectory: where uploaded files are kept while they are imported.
    public init(coordinator: Coordinator, dataDirectory: String, logger: Logger) throws {
        routes = APIRoutes(coordinator: coordinator, spool: try UploadSpool(dataDirectory: dataDirectory))
        self.logger = logger
    }

    /// The HTTP server as a service.
    ///
    /// - Parameters:
    ///   - port: the port; 0 lets the system choose.
    ///   - ready: called with the port once it listens.
    public func application(
        host: String, port: Int, ready: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: routes.router(),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "postrider"),
            onServerRunning: { channel in await ready(channel.localAddress?.port ?? port) }, logger: logger)
    }
}
