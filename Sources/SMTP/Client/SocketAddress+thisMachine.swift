import NIOCore

extension SocketAddress {
    /// Whether what is said to this address cannot be heard outside of this machine.
    var isThisMachine: Bool {
        guard let ipAddress else { return true }
        return ipAddress.hasPrefix("127.") || ipAddress == "::1"
    }
}
