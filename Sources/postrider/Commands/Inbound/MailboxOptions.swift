internal import ArgumentParser
internal import Inbound

/// The options of `postrider inbound` for mail that another server has taken.
struct MailboxOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the new messages of a Maildir; each moves to cur when what it means is safe.", valueName: "dir"),
        completion: .directory)
    var maildir: String?

    @Option(
        help: ArgumentHelp(
            "Read a file, - for standard input: one message, or a mailbox file that begins with a From line.",
            valueName: "file|-"), completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Read a mailbox over IMAP: imaps://USER@HOST[:PORT]/MAILBOX; what is safe is marked there with $PostriderBooked.",
            valueName: "url"))
    var imap: String?

    @Option(
        help: ArgumentHelp(
            "Read a mailbox over POP3: pop3s://USER@HOST[:PORT]; what is safe is deleted there.", valueName: "url"))
    var pop3: String?

    @Option(
        help: ArgumentHelp("The file with the password of the mailbox's user.", valueName: "file"), completion: .file())
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "Authorities (PEM) to trust for the mailbox's server in place of the system's.", valueName: "file"),
        completion: .file())
    var mailboxCa: String?

    @Flag(help: "Delete what is safe, in place of marking it (--imap).")
    var delete = false

    @Flag(help: "Go on reading what arrives, until told to stop: a Maildir every second, a mailbox every minute.")
    var watch = false

    @Option(
        help: ArgumentHelp(
            "The address that the message of --file came to; without it the message's header tells.",
            valueName: "address"))
    var recipient: String?

    @Option(
        help: ArgumentHelp(
            "How to print what was read: text for people, json for programs.", valueName: "format"))
    var format: OutputFormat?

    /// Whether a mailbox is to be read.
    var isNamed: Bool { !sources.isEmpty }

    private var sources: [String] { [maildir, file, imap, pop3].compactMap { $0 } }

    func validate() throws {
        guard sources.count <= 1 else {
            throw ValidationError("of --maildir, --file, --imap and --pop3 only one goes; run two of them")
        }
        guard !watch || isNamed && file == nil else {
            throw ValidationError("--watch needs --maildir, --imap or --pop3")
        }
        guard recipient == nil || file != nil else { throw ValidationError("--recipient needs --file") }
        guard format == nil || isNamed else { throw ValidationError("--format needs a mailbox to read") }
        guard !delete || imap != nil else { throw ValidationError("--delete needs --imap") }
        guard ((imap ?? pop3) == nil) == (passwordFile == nil) else {
            throw ValidationError(
                "--imap and --pop3 need --password-file FILE, the file with the password of the mailbox's user, and nothing else does"
            )
        }
    }

    /// The mailbox on a server that is to be read, if one is.
    func server() throws -> MailboxServer? {
        guard let address = imap ?? pop3, let passwordFile else { return nil }
        let password = try PasswordFile.secret(passwordFile)
        do throws(MailboxServer.Problem) {
            return try MailboxServer(
                parsing: address, kind: imap == nil ? .pop3 : .imap, password: password, authorities: mailboxCa)
        } catch {
            throw CommandError(error.description)
        }
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
