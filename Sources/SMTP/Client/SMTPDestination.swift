public import NIOCore

/// Where a pool sends its mail: servers that may all take it.
public struct SMTPDestination: Hashable, Sendable {
    /// In the order of trial; within one attempt to open a connection each is tried until one takes us.
    public var hosts: [SMTPHost]
    /// The local address that connections come from, its port being 0; `nil` leaves the choice to the system.
    ///
    /// Addresses of another family are then not tried.
    public var sourceAddress: SocketAddress?

    public init(hosts: [SMTPHost], sourceAddress: SocketAddress? = nil) {
        self.hosts = hosts
        self.sourceAddress = sourceAddress
    }

    /// The names of the hosts, for logs.
    var names: String { hosts.map(\.name).joined(separator: ", ") }
}
