import Foundation
import TestSupport
import Testing

/// What `contacts show` tells of one address.
struct ShownHistory: Decodable {
    struct Delivery: Decodable {
        struct Event: Decodable {
            var time: String
            var outcome: String
            var reason: String
            var rule: String
        }
        var status: String
        var events: [Event]
    }
    var deliveries: [Delivery]
}

extension CampaignRun {
    /// A contact's deliveries and their histories, as the command line shows them to programs.
    func history(of address: String) async throws -> ShownHistory {
        let output = try await must(["contacts", "show", address, "--format", "json"])
        return try JSONDecoder().decode(ShownHistory.self, from: Data(output.utf8))
    }

    /// Where the public pages are.
    var publicAddress: String? {
        coordinator.output.firstMatch(of: /public pages are at (http:\S+)/).map { String($0.1) }
    }
}
