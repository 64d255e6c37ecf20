internal import ArgumentParser
internal import CampaignCoordinator
internal import Dashboard

/// `postrider pace`: how fast sites are sent to.
struct PaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pace", abstract: "See and limit how fast one site is sent to, over all workers and campaigns.",
        subcommands: [Show.self, Set.self, Unset.self])

    /// `postrider pace show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show limits, where they come from, and how fast sites are sent to at present.",
            discussion: """
                Without a site, those that have a limit of their own or are slowed down. A limit is "set" (with postrider pace set), \
                from the "file" (the coordinator's configuration), or the "default" of all sites.

                Example:
                  postrider pace show
                  postrider pace show example.org
                """)

        @Argument(help: "Sites: domains of recipients.")
        var sites: [String] = []

        @OptionGroup var format: FormatOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let query = APIRoute.query(sites.map { (name: "site", value: $0) })
            let pace: APIPace = try await client.withClient { try await $0.get(APIRoute.pace + query) }
            try format.print(pace) { PacePicture(pace).lines.joined(separator: "\n") }
        }
    }

    /// `postrider pace set`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Limit how fast a site is sent to; it holds at once, and until it is unset.",
            discussion: """
                What is not named stays as it is. A limit of its own takes the place of the default as a whole. The site * stands \
                for all sites without a limit of their own; write it in quotation marks.

                Example:
                  postrider pace set example.org --rate 100/1m --burst 10 --connections 5
                  postrider pace set '*' --connections 20
                """)

        @Argument(help: "The site: a domain of recipients, or *.")
        var site: String

        @Option(help: ArgumentHelp("Messages in a time, such as 100/1m or 5/1s.", valueName: "messages/time"))
        var rate: String?

        @Option(help: ArgumentHelp("How many may go at once after a quiet time (1).", valueName: "messages"))
        var burst: Int?

        @Option(help: ArgumentHelp("The most messages under way at the same time.", valueName: "number"))
        var connections: Int?

        @OptionGroup var format: FormatOptions
        @OptionGroup var client: ClientOptions

        func validate() throws {
            guard rate != nil || burst != nil || connections != nil else {
                throw ValidationError("say what to limit: --rate, --burst, --connections")
            }
        }

        func run() async throws {
            let order = APIPaceOrder(site: site, rate: rate, burst: burst, connections: connections)
            let change: APIPaceChange = try await client.withClient { try await $0.post(APIRoute.pace, order) }
            try format.print(change) { PacePicture.words(for: change) }
        }
    }

    /// `postrider pace unset`.
    struct Unset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take back what was set for a site; the configuration file or the default holds again.",
            discussion: """
                Example:
                  postrider pace unset example.org
                """)

        @Argument(help: "The site: a domain of recipients, or *.")
        var site: String

        @OptionGroup var format: FormatOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let change: APIPaceChange = try await client.withClient {
                try await $0.post(APIRoute.paceRemovals, APIPaceRemoval(site: site))
            }
            try format.print(change) { PacePicture.words(for: change) }
        }
    }
}

/// Limits and paces as lines for people.
struct PacePicture {
    private let pace: APIPace

    init(_ pace: APIPace) {
        self.pace = pace
    }

    var lines: [String] {
        let standard = pace.standard.map { "\(Self.words(for: $0)) (\($0.source.rawValue))" } ?? "no limit"
        let lines = ["all sites without a limit of their own: \(standard)"]
        guard !pace.sites.isEmpty else { return lines + ["no site has a limit of its own or is slowed down"] }
        var table = Table("site", "limit", "from", "at present#", "under way#", "condition")
        for site in pace.sites {
            table.add(
                site.site, site.limit.map(Self.words) ?? "none", site.limit?.source.rawValue ?? "-",
                site.perSecond.map(NumberText.rate) ?? "any", NumberText.grouped(site.underWay), Self.condition(site))
        }
        return lines + [""] + table.lines
    }

    /// What a change has come to.
    static func words(for change: APIPaceChange) -> String {
        let who = change.site == SiteName.all ? "All sites without a limit of their own" : change.site
        guard let limit = change.limit else { return "\(who): no limit of its own" }
        return "\(who): \(words(for: limit))"
    }

    private static func words(for limit: APIPace.Limit) -> String {
        var parts: [String] = []
        if let rate = limit.rate { parts.append(rate) }
        if let burst = limit.burst { parts.append("burst \(burst)") }
        if let connections = limit.connections { parts.append("connections \(connections)") }
        return parts.joined(separator: ", ")
    }

    private static func condition(_ site: APIPace.Site) -> String {
        var parts: [String] = []
        if site.isBlocked { parts.append("refuses us: tried with single messages") }
        if site.factor < 1 {
            parts.append("slowed to \(NumberText.share(Int((site.factor * 1000).rounded()), of: 1000))")
        }
        if site.pauseSeconds > 0 {
            parts.append("rests \(NumberText.duration(.seconds(site.pauseSeconds.rounded(.up))))")
        }
        return parts.isEmpty ? "-" : parts.joined(separator: ", ")
    }
}
