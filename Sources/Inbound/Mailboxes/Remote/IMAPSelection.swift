/// What an IMAP server has said about the mailbox that is selected, as far as it matters here.
struct IMAPSelection: Equatable {
    /// How many messages there are, as the server numbers them now.
    private(set) var messages: Int?
    /// What the UIDs of messages are valid with (RFC 3501 §2.3.1.1).
    private(set) var validity: UInt32?
    /// The flags that last; `nil` when it has not said which, and so all do (§7.1).
    private(set) var permanentFlags: [String]?

    /// Takes a line of the server.
    mutating func take(_ line: String) {
        let words = line.split(separator: " ")
        guard words.count >= 3, words[0] == "*" else { return }
        if let number = Int(words[1]) {
            switch words[2].uppercased() {
            case "EXISTS": messages = number
            case "EXPUNGE": messages = messages.map { max(0, $0 - 1) }
            default: break
            }
        } else if let text = Self.code("UIDVALIDITY", in: line) {
            validity = UInt32(text)
        } else if let text = Self.code("PERMANENTFLAGS", in: line) {
            permanentFlags = text.split { " ()".contains($0) }.map(String.init)
        }
    }

    /// Whether a message that is given this keyword still has it next time.
    func keeps(_ keyword: String) -> Bool {
        permanentFlags.map { $0.contains { $0 == "\\*" || $0.lowercased() == keyword.lowercased() } } ?? true
    }

    /// What stands behind the name of a response code, `* OK [NAME …] words`.
    private static func code(_ name: String, in line: String) -> Substring? {
        guard let open = line.firstIndex(of: "["), let end = line.firstIndex(of: "]"), open < end else { return nil }
        let code = line[line.index(after: open)..<end]
        guard code.uppercased().hasPrefix(name + " ") else { return nil }
        return code.dropFirst(name.count + 1)
    }
}
