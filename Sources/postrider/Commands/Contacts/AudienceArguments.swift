internal import ArgumentParser

/// Which contacts of a campaign's mailing are listed.
struct AudienceArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The campaign whose contacts are listed.", valueName: "name"))
    var campaign: String?

    @OptionGroup var mailing: MailingOption
    @OptionGroup var filter: FilterArguments

    func validate() throws {
        guard campaign != nil || filter.lastStatus.isEmpty else {
            throw ValidationError("--last-status needs --campaign; of a list, --status is the last status")
        }
        guard campaign != nil || mailing.mailing == nil && filter.isEmpty else {
            throw ValidationError("what contacts did is known of a campaign: name it with --campaign")
        }
    }

    /// The parameters of the API's query.
    var parameters: [(name: String, value: String)] { mailing.parameters + filter.parameters }
}
