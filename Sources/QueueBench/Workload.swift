internal import Delivery
internal import Foundation
internal import JobQueue

/// Jobs as a campaign has them: an address and two merge fields, each made from its ordinal alone.
struct Workload {
    /// How jobs are spread over sites.
    enum Spread: String {
        /// 1,000 sites, the n-th of which gets a share of 1/n (Zipf's law), as with the domains of real lists.
        case uneven
        /// 1,000 sites that get the same.
        case even
        /// One site for all.
        case single
    }

    static let mailing = MailingID(rawValue: 1)
    private static let sites = 1000
    private static let firstNames = ["Ada", "Ben", "Chiara", "Dmitri", "Elif", "Frederike", "Grace", "Haruto"]
    private static let lastNames = ["lovelace", "okafor", "rossi", "ivanova", "yilmaz", "schmidt", "hopper", "sato"]

    let spread: Spread
    /// For an uneven spread: the share of each site and all before it.
    private let shares: [Double]

    init(spread: Spread) {
        self.spread = spread
        guard spread == .uneven else {
            shares = []
            return
        }
        var sum = 0.0
        let sums = (1...Self.sites).map { n in
            sum += 1 / Double(n)
            return sum
        }
        shares = sums.map { $0 / sum }
    }

    /// The job of an ordinal as it is fed, or, with an attempt behind it, as it is put aside.
    func entry(_ ordinal: UInt32, firstAttempt: UnixTime? = nil) -> ClaimedJob {
        let site = "site\(siteNumber(ordinal)).example"
        let first = Self.firstNames[Int(ordinal % 8)]
        let last = Self.lastNames[Int(ordinal / 8 % 8)]
        let job = DeliveryJob(
            id: .init(mailing: Self.mailing, ordinal: ordinal), attempts: firstAttempt == nil ? 0 : 1,
            firstAttempt: firstAttempt, address: "\(first).\(last)\(ordinal)@\(site)",
            fields: [first, String(ordinal % 5000)])
        return ClaimedJob(job: job, site: site)
    }

    /// The mean length of a payload, in bytes, over as many jobs as memory is measured with.
    var meanPayload: Double {
        let count = MemoryMeasurement.jobs
        return Double((0..<UInt32(count)).reduce(0) { $0 + entry($1).job.payload.count }) / Double(count)
    }

    private func siteNumber(_ ordinal: UInt32) -> Int {
        switch spread {
        case .single: return 1
        case .even: return Int(ordinal) % Self.sites + 1
        case .uneven:
            // A number from 0 to 1 that looks random: the finalizer of SplitMix64.
            var mixed = (UInt64(ordinal) + 1) &* 0x9E37_79B9_7F4A_7C15
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            let place = Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
            var low = 0
            var high = shares.count - 1
            while low < high {
                let middle = (low + high) / 2
                if shares[middle] < place { low = middle + 1 } else { high = middle }
            }
            return low + 1
        }
    }
}
