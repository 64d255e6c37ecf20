/// Why a mailbox or one of its messages cannot be read, in a sentence for the operator.
public struct MailboxProblem: Error, Hashable, CustomStringConvertible {
    public var description: String

    public init(description: String) {
        self.description = description
    }
}
