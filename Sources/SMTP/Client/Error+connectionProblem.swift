internal import Foundation
internal import NIOCore
internal import NIOPosix

extension Error {
    /// Why a connection could not be made, in the operating system's words: `Connection refused`, `host not found`.
    var connectionProblem: String {
        guard let error = self as? NIOConnectionError else { return systemProblem }
        if let first = error.connectionErrors.first { return first.error.systemProblem }
        return error.dnsAError == nil && error.dnsAAAAError == nil ? "\(error)" : "no host \(error.host) is known"
    }

    private var systemProblem: String {
        if let error = self as? IOError { return String(cString: strerror(error.errnoCode)) }
        if case .connectTimeout(let limit)? = self as? ChannelError {
            return "no answer within \(limit.nanoseconds / 1_000_000_000) s"
        }
        return "\(self)"
    }
}
