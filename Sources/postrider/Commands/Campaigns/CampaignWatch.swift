internal import ArgumentParser
internal import Contacts
internal import Dashboard
internal import UnixSignals

/// `postrider campaign watch`: a campaign as it goes, until its end.
struct CampaignWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Watch a campaign until it is finished.",
        discussion: """
            In a terminal the picture is redrawn; in a pipe a line is printed every few seconds when something has changed. Ends \
            with 0 when the campaign is finished, with 1 when it is cancelled. Ctrl-C ends the watching only: the campaign goes on. \
            A coordinator that is restarted in the meantime is waited for.

            Example:
              postrider campaign watch spring
            """)

    @OptionGroup var options: CampaignOptions

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let end = try await withThrowingTaskGroup(of: CampaignWatcher.End.self) { tasks in
            tasks.addTask {
                try await options.client.withClient { client in
                    var watcher = CampaignWatcher(
                        name: options.name, mailing: options.mailing, format: options.format.format, client: client)
                    return try await watcher.run()
                }
            }
            tasks.addTask {
                for await _ in signals { return .interrupted }
                throw CancellationError()
            }
            defer { tasks.cancelAll() }
            return try await tasks.next() ?? .interrupted
        }
        switch end {
        case .finished: break
        case .cancelled:
            StandardError.write("The campaign was cancelled.")
            throw ExitCode.failure
        case .interrupted:
            StandardError.write(
                "No longer watching; the campaign goes on. Watch it again with: postrider campaign watch \(options.words)"
            )
            throw ExitCode(130)
        }
    }
}

/// Asks for a campaign again and again, and shows what changes.
struct CampaignWatcher {
    /// Why the watching ended.
    enum End {
        case finished, cancelled, interrupted
    }

    private static let linePause = Duration.seconds(3)

    private let name: String
    private let mailing: MailingOption
    private let format: OutputFormat
    private let client: APIClient
    private let isLive: Bool
    private var meter = RateMeter()
    private var display = LiveDisplay { StandardOutput.writePart($0) }
    private var last: APICampaign?
    /// What the last line showed.
    private var shown: APICampaign?
    private var lastLine: ContinuousClock.Instant?

    init(name: String, mailing: MailingOption, format: OutputFormat, client: APIClient) {
        self.name = name
        self.mailing = mailing
        self.format = format
        self.client = client
        isLive = format == .text && StandardOutput.isTerminal
    }

    /// Shows the campaign until it is over.
    ///
    /// - Throws: What the coordinator says when there is no such campaign or it was not started, or that it does not answer at
    ///   the first time of asking.
    mutating func run() async throws -> End {
        var campaign: APICampaign = try await client.get(path)
        guard campaign.mailings.contains(where: { $0.state != .draft }) else {
            throw CommandError(
                "the campaign \(name) is not started; start it with: postrider campaign start \(ShellWord.quoted(name))"
                    + mailing.words)
        }
        // What ended before is not what is waited for, unless there is nothing else.
        let under = campaign.mailings.filter { $0.state != .draft && !$0.isOver }.map(\.name)
        while true {
            meter.note(CampaignPicture.settled(campaign), at: .now)
            // A draft does nothing by itself.
            let isOver = campaign.mailings.allSatisfy { $0.isOver || $0.state == .draft }
            try show(campaign, isOver: isOver)
            if isOver {
                let watched = campaign.mailings.filter { under.isEmpty || under.contains($0.name) }
                return watched.contains { $0.state == .cancelled } ? .cancelled : .finished
            }
            try await Task.sleep(for: isLive ? .milliseconds(500) : .seconds(1))
            campaign = try await next()
        }
    }

    private var path: String { APIRoute.campaign(name) + mailing.query }

    /// The campaign as it is now; waits for a coordinator that is away.
    private mutating func next() async throws -> APICampaign {
        var isAway = false
        while true {
            do {
                return try await client.get(path)
            } catch is CoordinatorUnreachable {
                if !isAway { tell("the coordinator does not answer; waiting for it (workers go on without it)") }
                isAway = true
            } catch let report as APIErrorReport where report.error.code == "storage" || report.error.code == "internal"
            {
                // A coordinator that is just stopping.
                if !isAway { tell("the coordinator is in trouble; asking again: \(report)") }
                isAway = true
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private mutating func tell(_ remark: String) {
        if isLive {
            display.show((last.map { CampaignPicture($0).lines } ?? []) + [remark])
        } else {
            StandardError.write(remark)
        }
    }

    private mutating func show(_ campaign: APICampaign, isOver: Bool) throws {
        defer { last = campaign }
        if isLive { return display.show(CampaignPicture(campaign, meter: meter).lines) }
        let now = ContinuousClock.now
        let isDue = lastLine.map { now - $0 >= Self.linePause } ?? true
        guard campaign != shown, isOver || isDue else { return }
        lastLine = now
        shown = campaign
        switch format {
        case .json: StandardOutput.write(try JSONLine.encode(campaign))
        case .text: StandardOutput.write(CampaignPicture(campaign, meter: meter).line)
        }
    }
}
