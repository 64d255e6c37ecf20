internal import Delivery

/// Fetches the policy files of domains: from the web, or from what a test puts in its place.
protocol MTASTSFetching: Sendable {
    /// The text of a domain's policy.
    func fetch(domain: String) async throws(MTASTSFetchError) -> String
}

/// Why a policy could not be fetched.
struct MTASTSFetchError: Error, Hashable, CustomStringConvertible {
    /// For the counters.
    var type: TLSResultType
    var message: String

    var description: String { message }
}
