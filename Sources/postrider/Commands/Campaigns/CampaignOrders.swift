internal import ArgumentParser
internal import Dashboard

/// The name of a campaign and the usual options, shared by the commands that order one about.
struct CampaignOptions: ParsableArguments {
    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var mailing: MailingOption
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    /// The campaign and its mailing as a shell takes them.
    var words: String { ShellWord.quoted(name) + mailing.words }

    /// Gives the order, and prints what became of it.
    func order(_ action: String, done: String) async throws {
        let change: APICampaignChange = try await client.withClient {
            try await $0.post(APIRoute.campaign(name, action: action) + mailing.query)
        }
        try format.print(change) {
            (["Campaign \(change.campaign.title(of: mailing.mailing)) \(done)"] + change.notes.map { "Note: \($0)" })
                .joined(
                    separator: "\n")
        }
    }
}

/// `postrider campaign start`.
struct CampaignStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start sending a campaign.",
        discussion: """
            Refused when the message names a field that no contact of the list has, or when it was started before. Whom a reminder \
            goes to is found out now.

            Example:
              postrider campaign start spring
              postrider campaign start spring --mailing reminder
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws {
        try await options.order("start", done: "is started. Watch it with: postrider campaign watch \(options.words)")
    }
}

/// `postrider campaign pause`.
struct CampaignPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pause a campaign; what workers have in hand finishes.",
        discussion: """
            Example:
              postrider campaign pause spring
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws {
        try await options.order(
            "pause", done: "is paused. Let it go on with: postrider campaign resume \(options.words)")
    }
}

/// `postrider campaign resume`.
struct CampaignResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a paused campaign go on where it was.",
        discussion: """
            Example:
              postrider campaign resume spring
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws { try await options.order("resume", done: "goes on.") }
}

/// `postrider campaign discard`.
struct CampaignDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Take back a reminder that was not started.",
        discussion: """
            Example:
              postrider campaign discard spring --mailing reminder
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws { try await options.order("discard", done: "is discarded.") }
}

/// `postrider campaign cancel`.
struct CampaignCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stop a campaign for good; what workers have in hand finishes and counts.",
        discussion: """
            Example:
              postrider campaign cancel spring
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws { try await options.order("cancel", done: "is cancelled.") }
}
