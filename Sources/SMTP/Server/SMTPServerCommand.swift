/// A client's command line, read (RFC 5321 §4.1.1).
enum SMTPServerCommand: Equatable {
    /// What MAIL says besides the address.
    struct MailParameters: Equatable {
        /// RFC 1870: how large the message will be.
        var size: Int?
        var isUTF8 = false
        /// RFC 8689: whether it must go by TLS on all of its way.
        var requiresTLS = false
    }

    case ehlo(String)
    case helo(String)
    case lhlo(String)
    case startTLS
    /// The mechanism and the initial response, if there is one.
    case auth(String, String?)
    case mail(String, MailParameters)
    case recipient(String)
    case data
    case chunk(size: Int, isLast: Bool)
    case reset, noop, verify, help, quit
    /// The verb is not known.
    case unknown
    /// The verb is known but its arguments make no sense.
    case malformed(SMTPServerReply)
}

/// Reads command lines; remembers the last sender, which in bulk mail is mostly the next one too.
struct SMTPServerCommandParser {
    private var lastSender = ""
    /// Whether the parameters of DSN (RFC 3461) are understood.
    private let acceptsDSN: Bool

    init(acceptsDSN: Bool = true) {
        self.acceptsDSN = acceptsDSN
    }

    /// Reads a line without its line end.
    mutating func parse(_ line: UnsafeRawBufferPointer) -> SMTPServerCommand {
        guard line.count >= 4 else { return .unknown }
        // The verb in upper case as one number; every verb has four letters.
        let verb = line.loadUnaligned(as: UInt32.self).bigEndian & 0xDFDF_DFDF
        guard line.count == 4 || line[4] == 0x20 else {
            guard line[...].prefix(8).isEqual("STARTTLS"), line.count == 8 || line[8] == 0x20 else { return .unknown }
            return line.count == 8 ? .startTLS : .malformed(.noArguments)
        }
        let arguments = UnsafeRawBufferPointer(rebasing: line.dropFirst(5))
        switch verb {
        case Verb.mail: return mail(arguments)
        case Verb.rcpt: return recipient(arguments)
        case Verb.data: return arguments.isBlank ? .data : .malformed(.noArguments)
        case Verb.bdat: return chunk(arguments)
        case Verb.rset: return arguments.isBlank ? .reset : .malformed(.noArguments)
        case Verb.noop: return .noop
        case Verb.vrfy: return .verify
        case Verb.help: return .help
        case Verb.quit: return .quit
        case Verb.ehlo: return arguments.isBlank ? .malformed(.helloNeedsName) : .ehlo(arguments.trimmedString)
        case Verb.lhlo: return arguments.isBlank ? .malformed(.helloNeedsName) : .lhlo(arguments.trimmedString)
        case Verb.auth: return auth(arguments)
        case Verb.helo: return arguments.isBlank ? .malformed(.helloNeedsName) : .helo(arguments.trimmedString)
        default: return .unknown
        }
    }

    private enum Verb {
        static let mail: UInt32 = 0x4D41_494C
        static let rcpt: UInt32 = 0x5243_5054
        static let data: UInt32 = 0x4441_5441
        static let bdat: UInt32 = 0x4244_4154
        static let rset: UInt32 = 0x5253_4554
        static let noop: UInt32 = 0x4E4F_4F50
        static let vrfy: UInt32 = 0x5652_4659
        static let help: UInt32 = 0x4845_4C50
        static let quit: UInt32 = 0x5155_4954
        static let ehlo: UInt32 = 0x4548_4C4F
        static let helo: UInt32 = 0x4845_4C4F
        static let lhlo: UInt32 = 0x4C48_4C4F
        static let auth: UInt32 = 0x4155_5448
    }

    private func auth(_ arguments: UnsafeRawBufferPointer) -> SMTPServerCommand {
        let words = arguments.trimmedString.split(separator: " ")
        guard let mechanism = words.first, words.count <= 2 else { return .malformed(.badParameter) }
        // "=" stands for a response that is there and empty (RFC 4954 §4).
        return .auth(String(mechanism), words.count == 2 ? (words[1] == "=" ? "" : String(words[1])) : nil)
    }

    private mutating func mail(_ arguments: UnsafeRawBufferPointer) -> SMTPServerCommand {
        guard let (path, rest) = Self.path(arguments, after: "FROM:") else { return .malformed(.badSender) }
        let isSame = lastSender.utf8.withContiguousStorageIfAvailable { $0.elementsEqual(path) } ?? false
        if !isSame { lastSender = String(decoding: path, as: UTF8.self) }
        var parameters = SMTPServerCommand.MailParameters()
        var position = rest.startIndex
        while position < rest.endIndex {
            let end = rest[position...].firstIndex(of: 0x20) ?? rest.endIndex
            if end > position, let fault = read(rest[position..<end], into: &parameters) {
                return .malformed(fault)
            }
            position = end + 1
        }
        return .mail(lastSender, parameters)
    }

    /// Reads one parameter of MAIL, `KEYWORD` or `KEYWORD=value`; answers what is wrong with it.
    private func read(
        _ word: Slice<UnsafeRawBufferPointer>, into parameters: inout SMTPServerCommand.MailParameters
    ) -> SMTPServerReply? {
        let equals = word.firstIndex(of: UInt8(ascii: "="))
        let keyword = word[..<(equals ?? word.endIndex)]
        let value = equals.map { word[($0 + 1)...] }
        if keyword.isEqual("SIZE") {
            guard let value, let size = Self.number(value) else { return .badParameter }
            parameters.size = size
        } else if keyword.isEqual("BODY") {
            guard let value, value.isEqual("7BIT") || value.isEqual("8BITMIME") else { return .badParameter }
        } else if keyword.isEqual("SMTPUTF8") {
            guard value == nil else { return .badParameter }
            parameters.isUTF8 = true
        } else if keyword.isEqual("REQUIRETLS") {
            guard value == nil else { return .badParameter }
            parameters.requiresTLS = true
        } else if keyword.isEqual("AUTH") {
            // RFC 4954 §5: who sent it first; it is not believed.
            guard let value, !value.isEmpty else { return .badParameter }
        } else if acceptsDSN, keyword.isEqual("RET") {
            guard let value, value.isEqual("FULL") || value.isEqual("HDRS") else { return .badParameter }
        } else if acceptsDSN, keyword.isEqual("ENVID") {
            guard let value, (1...100).contains(value.count) else { return .badParameter }
        } else {
            return .unknownParameter
        }
        return nil
    }

    private func recipient(_ arguments: UnsafeRawBufferPointer) -> SMTPServerCommand {
        guard let (path, rest) = Self.path(arguments, after: "TO:"), !path.isEmpty else {
            return .malformed(.badRecipient)
        }
        for word in rest.split(separator: 0x20) {
            guard acceptsDSN, let equals = word.firstIndex(of: UInt8(ascii: "=")) else {
                return .malformed(.unknownParameter)
            }
            let value = word[(equals + 1)...]
            if word[..<equals].isEqual("NOTIFY") {
                let occasions = value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                let isValid = occasions.allSatisfy {
                    $0.isEqual("SUCCESS") || $0.isEqual("FAILURE") || $0.isEqual("DELAY")
                        || ($0.isEqual("NEVER") && occasions.count == 1)
                }
                guard isValid else { return .malformed(.badParameter) }
            } else if word[..<equals].isEqual("ORCPT") {
                guard value.contains(UInt8(ascii: ";")), value.count <= 500 else { return .malformed(.badParameter) }
            } else {
                return .malformed(.unknownParameter)
            }
        }
        return .recipient(String(decoding: path, as: UTF8.self))
    }

    private func chunk(_ arguments: UnsafeRawBufferPointer) -> SMTPServerCommand {
        let digits = arguments.prefix { $0 != 0x20 }
        guard let size = Self.number(digits) else { return .malformed(.badChunk) }
        let rest = UnsafeRawBufferPointer(rebasing: arguments[digits.endIndex...])
        if rest.isBlank { return .chunk(size: size, isLast: false) }
        guard rest.trimmedString.uppercased() == "LAST" else { return .malformed(.badChunk) }
        return .chunk(size: size, isLast: true)
    }

    /// Splits `FROM:<path> parameters`; spaces after the colon are forgiven, and a path without its brackets too.
    private static func path(
        _ arguments: UnsafeRawBufferPointer, after keyword: StaticString
    ) -> (path: UnsafeRawBufferPointer, rest: UnsafeRawBufferPointer)? {
        let length = keyword.utf8CodeUnitCount
        guard arguments.count > length else { return nil }
        for index in 0..<length {
            let byte = arguments[index]
            let upper = (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
            guard upper == keyword.utf8Start[index] else { return nil }
        }
        var start = length
        while start < arguments.count, arguments[start] == 0x20 { start += 1 }
        guard start < arguments.count else { return nil }
        guard arguments[start] == UInt8(ascii: "<") else {
            let end = arguments[start...].firstIndex(of: 0x20) ?? arguments.count
            return (
                UnsafeRawBufferPointer(rebasing: arguments[start..<end]),
                UnsafeRawBufferPointer(rebasing: arguments[end...])
            )
        }
        var end = start + 1
        var isQuoted = false
        while end < arguments.count {
            let byte = arguments[end]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted, byte == UInt8(ascii: "\\") { end += 1 }
            if !isQuoted, byte == UInt8(ascii: ">") { break }
            end += 1
        }
        guard end < arguments.count else { return nil }
        // A source route, "@a,@b:", is accepted and ignored (RFC 5321 §4.1.1.3).
        var first = start + 1
        if first < end, arguments[first] == UInt8(ascii: "@"),
            let colon = arguments[first..<end].firstIndex(of: UInt8(ascii: ":"))
        {
            first = colon + 1
        }
        return (
            UnsafeRawBufferPointer(rebasing: arguments[first..<end]),
            UnsafeRawBufferPointer(rebasing: arguments[(end + 1)...])
        )
    }

    /// Reads decimal digits, at most eighteen of them.
    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard (1...18).contains(digits.count) else { return nil }
        var value = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var isBlank: Bool { allSatisfy { $0 == 0x20 } }

    /// The text without the spaces around it.
    fileprivate var trimmedString: String {
        let start = firstIndex { $0 != 0x20 } ?? endIndex
        let end = lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? start
        return String(decoding: self[start..<end], as: UTF8.self)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Whether the bytes are this word, given in capitals, in any letter case.
    fileprivate func isEqual(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            zip(self, word).allSatisfy { ((0x61...0x7A).contains($0) ? $0 - 0x20 : $0) == $1 }
        }
    }
}
