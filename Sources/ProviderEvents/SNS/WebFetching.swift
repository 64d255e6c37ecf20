/// Fetches what SNS says to fetch: from the web, or from what a test puts in its place.
protocol WebFetching: Sendable {
    /// The body of a successful answer; certificates are verified, redirections not followed.
    func get(_ url: String) async throws(WebFetchError) -> [UInt8]
}

/// Why something could not be fetched.
struct WebFetchError: Error, Hashable, CustomStringConvertible {
    var message: String

    var description: String { message }
}
