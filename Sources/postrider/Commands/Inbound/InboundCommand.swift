internal import ArgumentParser

/// `postrider inbound`: bounce messages and complaints.
struct InboundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbound", abstract: "Receive and read bounce messages and complaints.",
        discussion: """
            Without a word behind it, it is postrider inbound serve, whose options it takes: see postrider inbound serve --help.
            """,
        subcommands: [InboundServe.self, InboundParse.self, InboundEvents.self], defaultSubcommand: InboundServe.self)
}
