internal import NIOCore
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension RedisError {
    /// Says in an operator's words why a socket could not be connected.
    init(connectingTo endpoint: RedisEndpoint, _ error: any Error) {
        if let error = error as? RedisError {
            self = error
            return
        }
        if let failure = RedisError(securing: endpoint, error) {
            self = failure
            return
        }
        let (code, message) = Self.explanation(endpoint, error)
        self.init(code, message, underlyingError: error)
    }

    private static func explanation(_ endpoint: RedisEndpoint, _ error: any Error) -> (Code, String) {
        switch error {
        case let error as IOError:
            return explanation(endpoint, errno: error.errnoCode)
        case let error as NIOConnectionError:
            // Each address of the host failed; the last word belongs to the last one tried.
            if let last = error.connectionErrors.last { return explanation(endpoint, last.error) }
            return (
                .hostNotFound,
                "The host \(error.host) of Redis at \(endpoint) is unknown. Check its spelling and the name service."
            )
        case ChannelError.connectTimeout:
            return (
                .connectTimedOut, "Redis at \(endpoint) cannot be reached in time. Check the address and the network."
            )
        case SocketAddressError.unixDomainSocketPathTooLong:
            return (
                .invalidEndpoint,
                "The socket path of \(endpoint) is too long: the system takes about 100 bytes. Choose a shorter directory."
            )
        default:
            return (.unreachable, "Redis at \(endpoint) cannot be reached: \(error)")
        }
    }

    private static func explanation(_ endpoint: RedisEndpoint, errno: CInt) -> (Code, String) {
        switch (errno, endpoint.address) {
        case (ENOENT, .unixSocket(let path)):
            return (
                .noSuchSocket,
                "There is no Redis socket \(path). Start redis-server with unixsocket \(path), or correct the path."
            )
        case (ECONNREFUSED, .unixSocket(let path)):
            return (
                .refused,
                "The Redis socket \(path) exists, but no server listens on it. Start redis-server with unixsocket \(path)."
            )
        case (ECONNREFUSED, .tcp(let host, let port)):
            return (
                .refused,
                "No Redis listens at \(endpoint) (connection refused). Start redis-server on \(host), or correct the "
                    + "address; check also that it binds this address and port \(port)."
            )
        case (EACCES, _), (EPERM, _):
            return (.unreachable, "Redis at \(endpoint) may not be opened by this user (permission denied).")
        case (ETIMEDOUT, _):
            return (
                .connectTimedOut, "Redis at \(endpoint) cannot be reached in time. Check the address and the network."
            )
        default:
            return (.unreachable, "Redis at \(endpoint) cannot be reached: \(String(cString: strerror(errno))).")
        }
    }
}
