internal import ArgumentParser

/// `postrider inbound`: bounce messages and complaints.
struct InboundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbound", abstract: "Read bounce messages and complaints.",
        subcommands: [InboundParse.self, InboundEvents.self])
}
