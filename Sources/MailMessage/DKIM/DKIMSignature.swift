internal import Foundation

/// A DKIM-Signature field, read (RFC 6376 §3.5).
struct DKIMSignature: Hashable, Sendable {
    /// Why a field is not followed up.
    struct Problem: Error, Hashable {
        var words: String
    }

    enum Canonicalization: String, Hashable, Sendable {
        case simple, relaxed
    }

    let algorithm: DKIMAlgorithm
    let domain: String
    let selector: String
    let header: Canonicalization
    let body: Canonicalization
    /// The names of `h=` in small letters.
    let names: [String]
    let bodyHash: [UInt8]
    let signature: [UInt8]
    /// The domain of `i=`, or that of `d=`.
    let agentDomain: String
    /// How much of the body is signed, `l=`; `nil` for all.
    let length: Int?
    /// When it was made and until when it counts, in seconds since 1970.
    let made: Int64?
    let expires: Int64?

    /// Reads the value of a field.
    init(_ value: String) throws(Problem) {
        guard let tags = TagList(value) else { throw Problem(words: "its tags are malformed") }
        guard tags["v"] == "1" else { throw Problem(words: "its version is not 1") }
        guard let name = tags["a"], let algorithm = DKIMAlgorithm(rawValue: name.lowercased()) else {
            throw Problem(words: "its algorithm \(tags["a"] ?? "") is not known, or not safe")
        }
        guard let domain = tags["d"]?.lowercased(), !domain.isEmpty, let selector = tags["s"], !selector.isEmpty else {
            throw Problem(words: "it names no domain or no selector")
        }
        let forms = (tags["c"] ?? "simple/simple").split(separator: "/", maxSplits: 1).map(String.init)
        guard let first = forms.first, let header = Canonicalization(rawValue: first),
            let body = Canonicalization(rawValue: forms.count > 1 ? forms[1] : "simple")
        else { throw Problem(words: "its canonicalization is not known") }
        guard let list = tags.compact("h"), !list.isEmpty else { throw Problem(words: "it names no fields") }
        guard let bodyHash = tags.compact("bh").flatMap({ Data(base64Encoded: $0) }),
            let signature = tags.compact("b").flatMap({ Data(base64Encoded: $0) })
        else { throw Problem(words: "its bh= or b= is not base64") }
        self.algorithm = algorithm
        self.domain = domain
        self.selector = selector
        self.header = header
        self.body = body
        names = list.lowercased().split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        self.bodyHash = Array(bodyHash)
        self.signature = Array(signature)
        let agent = tags.compact("i")?.lowercased() ?? "@\(domain)"
        agentDomain = agent.lastIndex(of: "@").map { String(agent[agent.index(after: $0)...]) } ?? domain
        length = tags["l"].flatMap { Int($0) }
        made = tags["t"].flatMap { Int64($0) }
        expires = tags["x"].flatMap { Int64($0) }
        guard names.contains("from") else { throw Problem(words: "it does not sign From") }
        guard agentDomain == domain || agentDomain.hasSuffix(".\(domain)") else {
            throw Problem(words: "its i= is not within its d=")
        }
    }
}
