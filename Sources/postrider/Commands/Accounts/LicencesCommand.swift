internal import ArgumentParser
internal import Contacts
internal import Dashboard

/// `postrider licences`: how many contacts may still be sent to.
struct LicencesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "licences", abstract: "Add and show licences; each contact of a mailing that is Sent uses one.",
        subcommands: [Add.self, Show.self])

    /// `postrider licences add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add licences; mailings that wait for some go on by themselves.",
            discussion: """
                Example:
                  postrider licences add 10000
                """)

        @Argument(help: "How many to add.")
        var count: Int

        @OptionGroup var format: FormatOptions
        @OptionGroup var client: ClientOptions

        func validate() throws {
            guard count > 0 else { throw ValidationError("the number of licences to add must be above 0") }
        }

        func run() async throws {
            let summary: LicenceSummary = try await client.withClient {
                try await $0.post(APIRoute.licences, APILicenceTopUp(add: count))
            }
            try format.print(summary) {
                "Added \(NumberText.grouped(count)) licences. \(LicencesCommand.text(summary))"
            }
        }
    }

    /// `postrider licences show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how many licences there are and what has become of them.",
            discussion: """
                Example:
                  postrider licences show
                """)

        @OptionGroup var format: FormatOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let summary: LicenceSummary = try await client.withClient { try await $0.get(APIRoute.licences) }
            try format.print(summary) { LicencesCommand.text(summary) }
        }
    }

    fileprivate static func text(_ summary: LicenceSummary) -> String {
        "Licences: \(NumberText.grouped(summary.available)) available, \(NumberText.grouped(summary.reserved)) reserved, "
            + "\(NumberText.grouped(summary.charged)) charged, \(NumberText.grouped(summary.total)) in all"
    }
}
