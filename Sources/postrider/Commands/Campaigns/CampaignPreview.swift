internal import ArgumentParser
internal import Dashboard

/// `postrider campaign preview`: the exact message that a contact gets.
struct CampaignPreview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Print the exact message that a contact gets.",
        discussion: """
            The message is printed as it goes over the wire, headers and all; save it as .eml to open it in a mail program.

            Example:
              postrider campaign preview spring --contact ann@example.org
            """)

    @Argument(help: "The campaign's name.")
    var name: String

    @Option(help: ArgumentHelp("A contact of the campaign's list.", valueName: "address"))
    var contact: String

    @OptionGroup var mailing: MailingOption
    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let path = APIRoute.preview(name) + APIRoute.query(mailing.parameters + [("contact", contact)])
        let message = try await client.withClient { try await $0.bytes(path) }
        switch format.format {
        case .text: StandardOutput.write(bytes: message)
        case .json:
            StandardOutput.write(
                try JSONLine.encode(
                    MessageLine(campaign: name, contact: contact, message: String(decoding: message, as: UTF8.self))))
        }
    }

    private struct MessageLine: Encodable {
        var campaign: String
        var contact: String
        var message: String
    }
}
