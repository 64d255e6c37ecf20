internal import ArgumentParser
internal import Inbound

/// The options of `postrider inbound` for mail that another server has taken.
struct MailboxOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the new messages of a Maildir; each moves to cur when what it means is safe.", valueName: "dir"),
        completion: .directory)
    var maildir: String?

    @Flag(help: "Go on reading what arrives, until told to stop.")
    var watch = false

    @Option(
        help: ArgumentHelp(
            "Read a file, - for standard input: one message, or a mailbox file that begins with a From line.",
            valueName: "file|-"), completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "The address that the message of --file came to; without it the message's header tells.",
            valueName: "address"))
    var recipient: String?

    /// Whether a mailbox is to be read.
    var isNamed: Bool { maildir != nil || file != nil }

    func validate() throws {
        guard maildir == nil || file == nil else { throw ValidationError("--maildir does not go with --file") }
        guard !watch || maildir != nil else { throw ValidationError("--watch needs --maildir") }
        guard recipient == nil || file != nil else { throw ValidationError("--recipient needs --file") }
    }

    /// What the address of `--recipient` stands for.
    ///
    /// - Throws: exit status 67, by which mail servers know that there is no such address (`EX_NOUSER` of sysexits.h).
    func recipient(_ addresses: InboundAddresses) throws -> InboundAddress? {
        guard let recipient else { return nil }
        do throws(InboundAddresses.Refusal) {
            return try addresses.meaning(of: recipient)
        } catch {
            StandardError.write("Error: the recipient is no address of ours")
            throw ExitCode(67)
        }
    }
}
