internal import ArgumentParser
internal import CampaignCoordinator
internal import Dashboard
internal import Delivery

/// `postrider queue dead`: jobs that were in the hands of worker after worker that died.
struct QueueDead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "List, retry or drop jobs that kill their workers.",
        subcommands: [List.self, Retry.self, Drop.self])

    /// `postrider queue dead list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the contacts whose message was about to be sent by worker after worker that died.",
            discussion: """
                They keep their status until you decide; the rest of their campaign goes on.

                Example:
                  postrider queue dead list
                  postrider queue dead list spring --format csv
                """)

        @Argument(help: "A campaign; all of them when none is named.")
        var name: String?

        @OptionGroup var mailing: MailingOption

        @Option(help: "How to print: text for people, json or csv for programs.")
        var format: HeldFormat = .text

        @OptionGroup var client: ClientOptions

        func validate() throws {
            guard name != nil || mailing.mailing == nil else {
                throw ValidationError("name the campaign of the mailing")
            }
        }

        func run() async throws {
            try await client.withClient { client in
                var list = HeldList(kind: .dead, format: format, client: client)
                try await list.print(name, mailing)
                list.end {
                    "Try them again with: postrider queue dead retry \($0)\n"
                        + "Or give them up:     postrider queue dead drop \($0)"
                }
            }
        }
    }

    /// `postrider queue dead retry`.
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put dead jobs back into the queue.",
            discussion: """
                Without addresses, all of the campaign. An address whose job is not dead is refused, and nothing is done then.

                Example:
                  postrider queue dead retry spring
                """)

        @OptionGroup var order: DeadOrder

        func run() async throws { try await order.give(.resend, become: "tried again") }
    }

    /// `postrider queue dead drop`.
    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give dead jobs up: their contacts end as Bounced.",
            discussion: """
                Without addresses, all of the campaign. An address whose job is not dead is refused, and nothing is done then.

                Example:
                  postrider queue dead drop spring ann@example.org
                """)

        @OptionGroup var order: DeadOrder

        func run() async throws { try await order.give(.drop, become: "given up") }
    }

    /// What is to be retried or dropped.
    struct DeadOrder: ParsableArguments {
        @Argument(help: "The campaign's name.")
        var name: String

        @Argument(help: "The contacts that are meant; all on the dead list when none is named.")
        var addresses: [String] = []

        @OptionGroup var mailing: MailingOption
        @OptionGroup var format: FormatOptions
        @OptionGroup var client: ClientOptions

        /// Gives the order, and prints what became of it.
        func give(_ decision: APIHoldDecision.Decision, become: String) async throws {
            let order = APIHoldDecision(
                kind: .dead, decision: decision, addresses: addresses.isEmpty ? nil : addresses)
            let report: HoldReport = try await client.withClient {
                try await $0.post(APIRoute.held(name) + mailing.query, order)
            }
            try format.print(report) {
                HoldReportText.words(
                    report, what: "on the dead list", of: name, become: become,
                    lookAgain: "postrider queue dead list \(ShellWord.quoted(name))\(mailing.words)")
            }
        }
    }
}
