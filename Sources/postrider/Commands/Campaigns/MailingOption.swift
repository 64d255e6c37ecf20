internal import ArgumentParser
internal import Dashboard

/// Which mailing of a campaign is meant; commands that act on one ask for it where there are several.
struct MailingOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The mailing that is meant: invitation, reminder, …; needed where the campaign has several.",
            valueName: "name"))
    var mailing: String?

    /// The parameters of the API's query.
    var parameters: [(name: String, value: String)] { mailing.map { [(name: "mailing", value: $0)] } ?? [] }

    /// The query of a path.
    var query: String { APIRoute.query(parameters) }

    /// The words that name the mailing in a command that people are asked to type, with a space before them.
    var words: String { Self.words(mailing) }

    static func words(_ mailing: String?) -> String {
        mailing.map { " --mailing \(ShellWord.quoted($0))" } ?? ""
    }
}

extension APICampaign {
    /// How a mailing is called: by its campaign alone as long as it is the only one.
    func title(of mailing: String?) -> String {
        mailing.map { "\(campaign), \($0)," } ?? campaign
    }
}
