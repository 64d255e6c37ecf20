internal import Contacts
internal import JobQueue
internal import Logging

/// Makes Redis agree with the contact book and the configuration file about the limits of sites: at the start, and after
/// Redis has lost its data.
struct SiteLimitKeeper: Loop {
    static let purpose = "keep limits of sites"
    static let rest = Duration.seconds(1)

    let book: ContactBook
    let queue: JobQueue
    let configured: [String: SiteLimitSetting]
    let logger: Logger

    func round() async throws -> Bool {
        let wanted = try await SiteLimits(book: book, configured: configured).all
        let present = try await queue.siteLimits()
        for site in Set(wanted.keys).union(present.keys) where wanted[site]?.limit != present[site] {
            try await queue.setSiteLimit(wanted[site]?.limit, for: site)
        }
        return false
    }
}
