internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Errors of sockets and of HTTP in a few words.
enum NetworkProblem {
    static func words(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            guard let last = error.connectionErrors.last else { return "the host \(error.host) is unknown" }
            return words(for: last.error)
        case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercased()
        case ChannelError.connectTimeout: return "no answer in time"
        case let error as HTTPClientError: return words(for: error)
        case is HTTPParserError: return "what listens there does not speak HTTP"
        default: return "\(error)"
        }
    }

    private static func words(for error: HTTPClientError) -> String {
        if [.connectTimeout, .deadlineExceeded, .readTimeout].contains(error) { return "no answer in time" }
        if error == .remoteConnectionClosed { return "it closed the connection" }
        return "\(error)"
    }
}
