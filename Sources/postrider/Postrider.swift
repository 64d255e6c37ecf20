internal import ArgumentParser

/// The command line of Postrider.
@main
struct Postrider: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postrider",
        abstract: "Sends email campaigns and gives every contact one truthful outcome.",
        discussion: """
            One coordinator keeps the books, any number of workers send, Redis carries the work between them. All other \
            commands ask the coordinator; they need its token, which --data DIR finds on its own machine and POSTRIDER_TOKEN \
            gives elsewhere.

            Settings come from options, then from the environment (POSTRIDER_COORDINATOR, POSTRIDER_DATA, POSTRIDER_TOKEN, \
            POSTRIDER_REDIS, POSTRIDER_REDIS_PASSWORD, POSTRIDER_RELAY, POSTRIDER_LISTEN, …), then from postrider.yaml in the \
            working directory (or the file of --config or POSTRIDER_CONFIG), which has lines such as "data: /var/lib/postrider".

            Example, from nothing to a first campaign:
              postrider coordinator --data ./data &
              postrider simulator --listen 127.0.0.1:2525 &
              postrider worker --data ./data --relay smtp://127.0.0.1:2525 &
              postrider contacts import people.csv --list people --data ./data
              postrider licences add 1000 --data ./data
              postrider campaign create hello --list people --data ./data \\
                  --from 'Ann <ann@example.org>' --subject Hello --text hello.txt
              postrider campaign start hello --data ./data
              postrider campaign watch hello --data ./data
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Roles",
                subcommands: [
                    CoordinatorCommand.self, WorkerCommand.self, InboundCommand.self, SimulatorCommand.self,
                ]),
            CommandGroup(
                name: "Campaigns",
                subcommands: [
                    ContactsCommand.self, CampaignCommand.self, LicencesCommand.self,
                    SuppressionsCommand.self,
                ]),
            CommandGroup(name: "Operation", subcommands: [QueueCommand.self, PaceCommand.self, AuditCommand.self]),
            CommandGroup(
                name: "Tools",
                subcommands: [
                    AddressCommand.self, ClassifyCommand.self, RouteCommand.self, DKIMCommand.self,
                ]),
        ])
}
