/// The server's side of one SMTP session (RFC 5321) as a value: takes commands and decisions, answers what to do next.
struct SMTPServerStateMachine {
    /// How the next bytes from the client are to be read.
    enum Reading: Equatable {
        case commands
        /// Lines of an AUTH exchange.
        case login
        /// Dot-stuffed content up to the final dot.
        case data
        /// So many bytes of a BDAT chunk are still to come.
        case chunk(remaining: Int)
    }

    enum Action: Equatable {
        case reply(SMTPServerReply)
        /// The same reply for each recipient, where LMTP wants so many.
        case replies(SMTPServerReply, times: Int)
        /// Say that TLS may begin, forget what came in clear after the command, and begin; then call ``secured()``.
        case secure
        /// Ask whether the user has this password, then call ``loginDecided(isAccepted:)``.
        case checkLogin(user: String, password: String)
        /// Answer EHLO with the list of extensions.
        case announce
        /// Answer HELO.
        case hello
        /// Ask the session about the sender, then call ``senderDecided(isAccepted:)``.
        case askSender(String)
        /// Ask the session about the recipient, then call ``recipientDecided(_:isAccepted:)``.
        case askRecipient(String)
        /// Ask the session about the message, then call ``messageDecided()``.
        case askMessage
        /// Read on: a chunk is coming.
        case none
        /// Say goodbye and close.
        case quit
    }

    private enum ContentState: Equatable {
        case none
        /// At least one BDAT chunk came, and all was well.
        case chunked
        /// A chunk was refused: those that follow are refused too.
        case failed
    }

    private let maximumSize: Int
    private let maximumRecipients: Int
    private let terms: SMTPServerTerms
    private(set) var isSecured: Bool
    private(set) var isLoggedIn = false
    private var login = SMTPServerLogin.plain
    private(set) var reading = Reading.commands
    private var isGreeted = false
    private var hasSender = false
    private(set) var sender = ""
    private(set) var recipients: [String] = []
    /// The bytes of content of this transaction so far.
    private(set) var size = 0
    private var content = ContentState.none
    private var chunkIsLast = false
    /// Whether the chunk that is coming is thrown away, and what is said about it.
    private var chunkRefusal: SMTPServerReply?

    init(maximumSize: Int, maximumRecipients: Int, terms: SMTPServerTerms = SMTPServerTerms()) {
        self.terms = terms
        isSecured = terms.isSecured
        self.maximumSize = maximumSize
        self.maximumRecipients = maximumRecipients
    }

    /// Whether content that comes now is part of a message that may be accepted.
    var keepsContent: Bool { chunkRefusal == nil && size <= maximumSize }

    /// Whether nothing has been begun that would be lost if the connection ended now.
    var isBetweenMessages: Bool { !hasSender && reading == .commands }

    /// Takes the next command; only while ``reading`` is `.commands`.
    mutating func received(_ command: SMTPServerCommand) -> Action {
        switch command {
        case .ehlo, .helo, .lhlo:
            if case .lhlo = command {
                guard terms.isLMTP else { return .reply(.unknownCommand) }
            } else if terms.isLMTP {
                return .reply(.onlyLHLO)
            }
            isGreeted = true
            reset()
            if case .helo = command { return .hello }
            return .announce
        case .mail(let address, let parameters):
            guard isGreeted else { return .reply(.helloFirst) }
            guard !hasSender else { return .reply(.nestedMail) }
            guard isSecured || !terms.requiresTLS else { return .reply(.tlsFirst) }
            guard isLoggedIn || !terms.requiresLogin else { return .reply(.loginFirst) }
            guard isSecured || !parameters.requiresTLS else { return .reply(.requireTLSNeedsTLS) }
            if let size = parameters.size, size > maximumSize { return .reply(.tooLarge) }
            sender = address
            return .askSender(address)
        case .recipient(let address):
            guard hasSender else { return .reply(.mailFirst) }
            guard content == .none else { return .reply(.chunksBegun) }
            guard recipients.count < maximumRecipients else { return .reply(.tooManyRecipients) }
            return .askRecipient(address)
        case .startTLS:
            guard terms.offersTLS, !isSecured else { return .reply(.notNow) }
            return .secure
        case .auth(let mechanism, let response):
            guard terms.requiresLogin, isGreeted, !isLoggedIn, !hasSender else { return .reply(.notNow) }
            guard isSecured || !terms.offersTLS else { return .reply(.loginNeedsTLS) }
            return follow(SMTPServerLogin.begin(mechanism, response))
        case .data:
            guard hasSender else { return .reply(.mailFirst) }
            guard content == .none else { return .reply(.chunksBegun) }
            guard !recipients.isEmpty else { return .reply(.recipientFirst) }
            reading = .data
            return .reply(.startData)
        case .chunk(let size, let isLast):
            return beginChunk(size: size, isLast: isLast)
        case .reset:
            reset()
            return .reply(.ok)
        case .noop: return .reply(.ok)
        case .verify: return .reply(.cannotVerify)
        case .help: return .reply(.help)
        case .quit: return .quit
        case .unknown: return .reply(.unknownCommand)
        case .malformed(let reply): return .reply(reply)
        }
    }

    /// TLS has begun: the client starts over (RFC 3207 §4.2).
    mutating func secured() {
        isSecured = true
        isGreeted = false
        reset()
    }

    /// Whether AUTH is announced now.
    var offersLogin: Bool { terms.requiresLogin && !isLoggedIn && (isSecured || !terms.offersTLS) }
    /// Whether STARTTLS is announced now.
    var offersTLS: Bool { terms.offersTLS && !isSecured }
    /// How many replies a message gets: in LMTP one for each recipient (RFC 2033 §4.2).
    var repliesToMessage: Int { terms.isLMTP ? max(recipients.count, 1) : 1 }

    /// The reply to a whole message.
    private func refusal(_ reply: SMTPServerReply) -> Action {
        terms.isLMTP ? .replies(reply, times: repliesToMessage) : .reply(reply)
    }

    /// Takes a line of an AUTH exchange; only while ``reading`` is `.login`.
    mutating func loginLine(_ line: String) -> Action {
        reading = .commands
        return follow(login.received(line))
    }

    private mutating func follow(_ step: SMTPServerLogin.Step) -> Action {
        switch step {
        case .challenge(let reply, let next):
            login = next
            reading = .login
            return .reply(reply)
        case .check(let user, let password): return .checkLogin(user: user, password: password)
        case .refuse(let reply): return .reply(reply)
        }
    }

    mutating func loginDecided(isAccepted: Bool) {
        isLoggedIn = isAccepted
    }

    mutating func senderDecided(isAccepted: Bool) {
        hasSender = isAccepted
    }

    mutating func recipientDecided(_ address: String, isAccepted: Bool) {
        if isAccepted { recipients.append(address) }
    }

    /// Ends the transaction whose message the session has decided about.
    mutating func messageDecided() {
        reset()
    }

    /// Counts content of a DATA phase.
    mutating func dataReceived(_ count: Int) {
        size += count
    }

    /// The final dot has come.
    mutating func dataEnded() -> Action {
        reading = .commands
        guard size <= maximumSize else {
            defer { reset() }
            return refusal(.tooLarge)
        }
        return .askMessage
    }

    private mutating func beginChunk(size chunk: Int, isLast: Bool) -> Action {
        chunkIsLast = isLast
        chunkRefusal = nil
        if !hasSender {
            chunkRefusal = .mailFirst
        } else if recipients.isEmpty {
            chunkRefusal = .recipientFirst
        } else if content == .failed || chunk > maximumSize - size {
            chunkRefusal = .tooLarge
        }
        guard chunk > 0 else { return chunkEnded() }
        reading = .chunk(remaining: chunk)
        return .none
    }

    /// Counts bytes of a chunk, at most as many as remain of it.
    mutating func chunkReceived(_ count: Int) -> Action {
        guard case .chunk(let remaining) = reading else {
            preconditionFailure("bytes of a chunk came while none was expected")
        }
        if chunkRefusal == nil { size += count }
        reading = .chunk(remaining: remaining - count)
        return remaining == count ? chunkEnded() : .none
    }

    private mutating func chunkEnded() -> Action {
        reading = .commands
        if let refusal = chunkRefusal {
            chunkRefusal = nil
            // After the last chunk the transaction is over either way; before it, the rest is refused as well.
            guard chunkIsLast else {
                content = .failed
                return .reply(refusal)
            }
            defer { reset() }
            return self.refusal(refusal)
        }
        guard chunkIsLast else {
            content = .chunked
            return .reply(.chunkAccepted)
        }
        return .askMessage
    }

    private mutating func reset() {
        hasSender = false
        recipients.removeAll(keepingCapacity: true)
        size = 0
        content = .none
        chunkRefusal = nil
    }
}
