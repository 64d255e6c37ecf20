internal import Foundation
internal import NIOCore
internal import NIOPosix

/// Where to listen, written `HOST:PORT`; an IPv6 address stands in brackets.
struct ListenAddress: CustomStringConvertible {
    var host: String
    /// 0 lets the system choose.
    var port: Int
    /// The option that names it, for what is said about it.
    var option = "--listen"

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8025`, `[::1]:8025` or `localhost:0`.
    ///
    /// - Parameter option: the option that it was written behind, or whose place in the configuration it has.
    init(parsing text: String, option: String = "--listen") throws {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else {
            throw CommandError(
                "\"\(text)\" is not an address to listen on; write \(option) HOST:PORT, such as 127.0.0.1:8025")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains("/") else {
            throw CommandError(
                "\"\(text)\" has no host; write \(option) HOST:PORT, such as 127.0.0.1:8025 (0.0.0.0:8025 for all addresses)"
            )
        }
        guard !host.contains(":") || text.hasPrefix("[") else {
            throw CommandError("an IPv6 address must stand in brackets, as in \(option) [::1]:8025")
        }
        self.host = String(host)
        self.port = port
        self.option = option
    }

    /// The address with the port that the system has chosen.
    func with(port: Int) -> ListenAddress {
        var address = self
        address.port = port
        return address
    }

    /// How clients on this machine reach what listens here.
    var url: String {
        switch host {
        case "0.0.0.0", "*": "http://127.0.0.1:\(port)"
        case "::": "http://[::1]:\(port)"
        default: "http://\(description)"
        }
    }

    /// Whether both could not be listened on at once, as far as it can be seen from how they are written.
    func collides(with other: ListenAddress) -> Bool {
        port != 0 && port == other.port && host.lowercased() == other.host.lowercased()
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Makes sure that it is possible to listen here, before anything is started.
    ///
    /// - Throws: ``CommandError`` naming the address, such as that it is taken.
    func probe() async throws {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            try await channel.close()
        } catch {
            throw problem(error)
        }
    }

    /// An error of the system in words.
    func problem(_ error: any Error) -> CommandError {
        if let error = error as? CommandError { return error }
        if error is SocketAddressError.UnknownHost {
            return CommandError(
                "the host \(host) is unknown; listen on an address of this machine, such as \(option) 127.0.0.1:\(port)"
            )
        }
        guard let error = error as? IOError else {
            return CommandError("cannot listen on \(self) (\(option)): \(error)")
        }
        return switch error.errnoCode {
        case EADDRINUSE:
            CommandError("\(self) is taken by another program; stop that one, or choose another address with \(option)")
        case EACCES:
            CommandError("this user may not listen on \(self); choose a port above 1023 with \(option)")
        case EADDRNOTAVAIL:
            CommandError("\(host) is not an address of this machine; choose another with \(option)")
        default: CommandError("cannot listen on \(self) (\(option)): \(error)")
        }
    }
}
