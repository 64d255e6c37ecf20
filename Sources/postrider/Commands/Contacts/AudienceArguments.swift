internal import ArgumentParser

/// Which contacts of a campaign's mailing are listed.
struct AudienceArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The campaign whose contacts are listed.", valueName: "name"))
    var campaign: String?

    @Option(help: ArgumentHelp("Its mailing; the first without this.", valueName: "name"))
    var mailing: String?

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

    func validate() throws {
        for choice in choices where choice.yes && choice.no {
            throw ValidationError("--\(choice.name) and --not-\(choice.name) leave nobody")
        }
        guard campaign != nil || mailing == nil && choices.allSatisfy({ !$0.yes && !$0.no }) else {
            throw ValidationError("what contacts did is known of a campaign: name it with --campaign")
        }
    }

    /// The parameters of the API's query.
    var parameters: [(name: String, value: String)] {
        (mailing.map { [("mailing", $0)] } ?? [])
            + choices.filter { $0.yes || $0.no }.map { ($0.name, $0.yes ? "true" : "false") }
    }
}
