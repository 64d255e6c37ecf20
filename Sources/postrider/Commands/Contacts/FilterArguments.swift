internal import ArgumentParser
internal import Contacts
internal import Delivery

/// Contacts of a mailing by what they did, and by their last status: the options of `contacts list` and `campaign remind`.
struct FilterArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only contacts whose newest status over all mailings is this; may be repeated.", valueName: "status"),
        transform: ArgumentReader.outcome)
    var lastStatus: [Outcome] = []

    @Flag(help: "Only contacts that opened the message.")
    var opened = false

    @Flag(help: "Only contacts of which no open is known.")
    var notOpened = false

    @Flag(help: "Only contacts that followed a link.")
    var clicked = false

    @Flag(help: "Only contacts that followed none.")
    var notClicked = false

    @Flag(help: "Only contacts that began the survey.")
    var started = false

    @Flag(help: "Only contacts that did not begin it.")
    var notStarted = false

    @Flag(help: "Only contacts that answered the survey to its end.")
    var completed = false

    @Flag(help: "Only contacts that did not.")
    var notCompleted = false

    private var choices: [(name: String, yes: Bool, no: Bool)] {
        [
            ("opened", opened, notOpened), ("clicked", clicked, notClicked), ("started", started, notStarted),
            ("completed", completed, notCompleted),
        ]
    }

    /// Whether none of them is given.
    var isEmpty: Bool { lastStatus.isEmpty && choices.allSatisfy { !$0.yes && !$0.no } }

    func validate() throws {
        for choice in choices where choice.yes && choice.no {
            throw ValidationError("--\(choice.name) and --not-\(choice.name) leave nobody")
        }
    }

    /// The filter, with the statuses in the mailing.
    func filter(_ status: [Outcome]) -> AudienceFilter {
        func wanted(_ yes: Bool, _ no: Bool) -> Bool? { yes ? true : no ? false : nil }
        var filter = AudienceFilter()
        filter.outcomes = status
        filter.lastOutcomes = lastStatus
        filter.opened = wanted(opened, notOpened)
        filter.clicked = wanted(clicked, notClicked)
        filter.started = wanted(started, notStarted)
        filter.completed = wanted(completed, notCompleted)
        return filter
    }

    /// The parameters of the API's query.
    var parameters: [(name: String, value: String)] {
        lastStatus.map { ("lastStatus", $0.name) }
            + choices.filter { $0.yes || $0.no }.map { ($0.name, $0.yes ? "true" : "false") }
    }
}
