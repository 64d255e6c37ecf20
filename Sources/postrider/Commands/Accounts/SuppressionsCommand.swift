internal import ArgumentParser
internal import Contacts
internal import Dashboard
internal import Foundation

/// `postrider suppressions`: addresses that get no mail any more.
struct SuppressionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions", abstract: "Keep addresses from getting any mail.",
        subcommands: [SuppressionsAdd.self, SuppressionsRemove.self, SuppressionsList.self])
}

/// The addresses of a command line, or of standard input, and how they are sent in parts.
struct AddressArguments: ParsableArguments {
    private static let part = 10_000

    @Argument(help: "Addresses; none (or -) reads standard input, one a line.")
    var addresses: [String] = []

    /// Gives the addresses to `body` in parts of a size that a request can take.
    func forEachPart(_ body: ([String]) async throws -> Void) async throws {
        guard addresses.isEmpty || addresses == ["-"] else { return try await body(addresses) }
        var reader = LineReader(.standardInput)
        var part: [String] = []
        while let lines = try reader.nextLines() {
            for line in lines {
                let address = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                if !address.isEmpty { part.append(address) }
                if part.count == Self.part {
                    try await body(part)
                    part = []
                }
            }
        }
        if !part.isEmpty { try await body(part) }
    }
}

/// `postrider suppressions add`.
struct SuppressionsAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put addresses on the suppression list: they end as Unsubscribed.",
        discussion: """
            Exits 1 if any of them is not an address; the others are added all the same.

            Example:
              postrider suppressions add ann@example.org
              postrider suppressions add < unsubscribed.txt
            """)

    @OptionGroup var arguments: AddressArguments
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        var sum = Sum()
        try await client.withClient { client in
            try await arguments.forEachPart { part in
                let report: SuppressionReport = try await client.post(
                    APIRoute.suppressions, APIAddresses(addresses: part))
                sum.added += report.added
                sum.present += report.present
                sum.invalid += report.invalid
            }
        }
        for text in sum.invalid { StandardError.write("not an address: \(text)") }
        try format.print(sum) {
            "\(NumberText.grouped(sum.added)) added, \(NumberText.grouped(sum.present)) there already, "
                + "\(NumberText.grouped(sum.invalid.count)) not addresses"
        }
        if !sum.invalid.isEmpty { throw ExitCode.failure }
    }

    /// What became of all parts together.
    private struct Sum: Encodable {
        var added = 0
        var present = 0
        var invalid: [String] = []
    }
}

/// `postrider suppressions remove`.
struct SuppressionsRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take addresses off the suppression list; later mailings go to them again.",
        discussion: """
            Example:
              postrider suppressions remove ann@example.org
            """)

    @OptionGroup var arguments: AddressArguments
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        var sum = APISuppressionRemoval(removed: 0, absent: 0)
        try await client.withClient { client in
            try await arguments.forEachPart { part in
                let removal: APISuppressionRemoval = try await client.post(
                    APIRoute.suppressionRemovals, APIAddresses(addresses: part))
                sum.removed += removal.removed
                sum.absent += removal.absent
            }
        }
        try format.print(sum) {
            "\(NumberText.grouped(sum.removed)) removed, \(NumberText.grouped(sum.absent)) not on the list"
        }
    }
}

/// `postrider suppressions list`.
struct SuppressionsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the suppressed addresses, and why each is.",
        discussion: """
            Example:
              postrider suppressions list
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.withClient { client in
            var after: String?
            var count = 0
            repeat {
                let query = APIRoute.query(
                    [(name: "limit", value: "5000")] + (after.map { [(name: "after", value: $0)] } ?? []))
                let page: APISuppressionPage = try await client.get(APIRoute.suppressions + query)
                StandardOutput.writePart(try text(page.suppressions, isFirst: count == 0))
                count += page.suppressions.count
                after = page.next
            } while after != nil
            switch format.format {
            case .json: StandardOutput.write(count == 0 ? "{\"suppressions\":[]}" : "]}")
            case .text: StandardOutput.write("\(NumberText.grouped(count)) suppressed address\(count == 1 ? "" : "es")")
            }
        }
    }

    private func text(_ page: [Suppression], isFirst: Bool) throws -> String {
        guard !page.isEmpty else { return "" }
        switch format.format {
        case .json:
            return (isFirst ? "{\"suppressions\":[" : ",") + (try page.map(JSONLine.encode).joined(separator: ","))
        case .text:
            var table = Table("address", "outcome", "reason", "since")
            for entry in page {
                table.add(entry.address, entry.outcome, entry.reason, TimeText.short(entry.addedAt))
            }
            return (isFirst ? table.lines : Array(table.lines.dropFirst())).joined(separator: "\n") + "\n"
        }
    }
}
