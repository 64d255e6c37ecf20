internal import ArgumentParser

/// `postrider contacts`: lists of contacts.
struct ContactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts", abstract: "Import, list and look up contacts.",
        subcommands: [ContactsImport.self, ContactsList.self, ContactsShow.self])
}
