/// Finds out which servers receive for a domain, and so under which name it is paced.
public protocol SiteNaming: Sendable {
    /// The site of a domain in A-labels; `nil` when it has none or nobody can tell for now.
    func site(of domain: String) async -> String?
}
