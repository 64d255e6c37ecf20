internal import Delivery
internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// Reads the bodies of what is posted as long as nobody knows by whom: few at a time, none too large, none too slow.
///
/// A body has its place until it is known whose it is: what is read from JSON takes several times its size.
final class WebhookBodies: Sendable {
    /// Why a body is not read.
    struct Refusal: Error {
        var status: HTTPResponse.Status
        var message: String
    }

    /// Providers post a few at a time; what comes beyond is asked to come again.
    static let mostAtOnce = 32
    /// In which time a body has to be here.
    private static let patience = Duration.seconds(20)

    private let open = Mutex(0)

    /// The most bytes of a body: more than the provider posts, and less where it has to be read before it can be verified.
    static func mostBytes(_ provider: MailProvider) -> Int {
        switch provider {
        // A message of SNS has 256 KiB at the most, and Mailgun's events are shorter still.
        case .ses, .mailgun: 256 << 10
        case .sendgrid, .postmark, .mailjet: 4 << 20
        }
    }

    /// Reads a request's body, and holds its place until `use` is done with it.
    /// - Throws: ``Refusal``, and what `use` throws.
    func read<Result: Sendable>(
        _ request: Request, from provider: MailProvider, use: (ByteBuffer) async throws -> Result
    ) async throws -> Result {
        let hasRoom = open.withLock { open in
            guard open < Self.mostAtOnce else { return false }
            open += 1
            return true
        }
        guard hasRoom else {
            throw Refusal(status: .serviceUnavailable, message: "too many reports come at once; send it again")
        }
        defer { open.withLock { $0 -= 1 } }
        return try await use(collect(request, Self.mostBytes(provider)))
    }

    private func collect(_ request: Request, _ most: Int) async throws -> ByteBuffer {
        let body = request.body
        return try await withThrowingTaskGroup(of: ByteBuffer.self) { tasks in
            tasks.addTask {
                do {
                    return try await body.collect(upTo: most)
                } catch is NIOTooManyBytesError {
                    throw Refusal(status: .contentTooLarge, message: "it is larger than \(most >> 10) KiB")
                }
            }
            tasks.addTask {
                try await Task.sleep(for: Self.patience)
                throw Refusal(status: .requestTimeout, message: "it comes too slowly")
            }
            defer { tasks.cancelAll() }
            guard let first = try await tasks.next() else {
                throw Refusal(status: .badRequest, message: "its body cannot be read")
            }
            return first
        }
    }
}
