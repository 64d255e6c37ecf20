public import Delivery

/// What a provider posted, as it came in.
public struct WebhookRequest: Sendable {
    /// The header's fields, in order; names of any letter case.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// When it came in, by our clock.
    public var received: UnixTime

    public init(headers: [(name: String, value: String)], body: [UInt8], received: UnixTime = .now) {
        self.headers = headers
        self.body = body
        self.received = received
    }

    /// The value of a field that is there once; `nil` when it is missing or, since nobody can say which counts, there twice.
    func header(_ name: String) -> String? {
        let name = name.lowercased()
        let values = headers.filter { $0.name.lowercased() == name }.map(\.value)
        return values.count == 1 ? values[0] : nil
    }
}
