import Delivery
import NIOCore

/// The client's side of one SMTP session (RFC 5321) as a value: takes replies and messages, answers what to do next.
///
/// Three shapes of conversation, by what the server announces:
/// - **stepwise**: one command at a time.
/// - **grouped** (PIPELINING, RFC 2920): MAIL, RCPT and DATA go out together, and together with the content of the
///   message before them; so at most two messages are in flight, of which the second waits for its 354.
/// - **chunked** (CHUNKING as well, RFC 3030): envelope and content of many messages go out without waiting.
///
/// Replies come in the order of the commands, so only the oldest message in flight, the head, is ever partly answered.
struct SMTPClientStateMachine {
    /// How far the session has come.
    enum Stage: Equatable {
        /// TLS is being agreed on: before the greeting, or after STARTTLS.
        case handshake
        case greeting
        case ehlo
        case helo
        case startTLS
        case login
        case open
        case quitting
        case closed
    }

    enum Conversation: Equatable {
        case stepwise, grouped, chunked
    }

    /// What the head waits for.
    enum Step: Equatable {
        case reset, mail, recipient, data, dot
        /// The answer to the dot that ends a DATA phase which the server opened although no recipient was left.
        case loneDot

        /// The phase under which a reply at this step is reported.
        var phase: DeliveryPhase {
            switch self {
            case .reset, .mail: .mail
            case .recipient: .rcpt
            case .data: .data
            case .dot, .loneDot: .dot
            }
        }
    }

    /// A single command that the handler writes.
    enum Command: Equatable {
        case ehlo, lhlo, helo, startTLS, mail, recipient, data, loneDot, quit
        /// A line of an AUTH exchange, which is secret.
        case login(String)
    }

    /// How one message ended.
    struct Finished: Equatable {
        var token: UInt64
        var result: DeliveryResult
    }

    /// What to do after a reply.
    enum Action: Equatable {
        case none
        case send(Command)
        /// Forget what came in clear and has not been looked at, begin TLS, then call ``secured()``.
        case secure
        /// The session takes messages now.
        case opened
        /// The server does not want us; close.
        case refused(SMTPEndpointFailure)
        /// Write the content of the message that waited for its 354, and the final dot.
        case sendContent(OutgoingMessage)
        case finished(Finished)
        /// The session is over: report these results and close the connection.
        case close([Finished])
    }

    /// What to write for a message that was submitted; `reset` says that RSET goes first.
    enum Submission: Equatable {
        /// MAIL, RCPT, BDAT LAST and the content.
        case transaction(reset: Bool)
        /// MAIL, RCPT, DATA.
        case group(reset: Bool)
        /// MAIL or RSET alone.
        case step(reset: Bool)
        /// Nothing: the message cannot go to this server, with this result.
        case unsendable(DeliveryResult)
    }

    private struct InFlight {
        var token: UInt64
        var bytes: Int
        var reset: Bool
        var mark: SMTPSendWindow.Mark
    }

    private(set) var stage: Stage
    private let terms: SMTPSessionTerms
    private(set) var isSecured = false
    /// Whether the other end is on this machine, so that our login may be said without TLS.
    var isLocal = false
    private var login: SMTPLogin?
    /// Whether the server seems not to get on with pipelining; what it refused for that reason is to be tried again.
    private(set) var foundSimple = false
    private(set) var extensions = SMTPExtensions()
    private(set) var conversation = Conversation.stepwise
    /// What the head waits for; without meaning while nothing is in flight.
    private(set) var step = Step.mail
    /// The message whose content has not gone out; it is the last in flight.
    private(set) var held: OutgoingMessage?
    /// How many messages this connection may still begin.
    private var left: Int
    /// The time of what is being handled: whoever owns the machine sets it before.
    var now = NIODeadline.uptimeNanoseconds(0)
    private var saidHelloAt = NIODeadline.uptimeNanoseconds(0)
    private var window: SMTPSendWindow
    private var inFlight = CircularBuffer<InFlight>(initialCapacity: 4)
    private var bytesInFlight = 0
    private var lastSize = 1024
    /// The head's first negative reply.
    private var failure: (reply: SMTPReply, phase: DeliveryPhase)?
    private var recipientAccepted = false
    /// Whether the server may still hold a transaction that failed before its end.
    private var isUnclean = false
    private var isDraining = false
    /// Whether the message in flight has the connection for itself.
    private var isTaken = false

    init(messages: Int, windowMessages: Int, windowBytes: Int, terms: SMTPSessionTerms = SMTPSessionTerms()) {
        self.terms = terms
        stage = terms.encryption == .implicit ? .handshake : .greeting
        left = max(messages, 1)
        window = SMTPSendWindow(least: .init(messages: windowMessages, bytes: windowBytes))
    }

    var isIdle: Bool { stage == .open && inFlight.isEmpty }
    var countInFlight: Int { inFlight.count }
    /// How many messages more than at first may be unanswered, because the server is far away.
    var windowGrowth: Int { window.growth }
    private var unanswered: SMTPSendWindow.Amount { .init(messages: inFlight.count, bytes: bytesInFlight) }

    /// How many messages may be submitted now.
    var room: Int {
        guard stage == .open, !isDraining, left > 0, !isTaken || inFlight.isEmpty else { return 0 }
        switch conversation {
        case .stepwise:
            return inFlight.isEmpty ? 1 : 0
        case .grouped:
            return held == nil ? 1 : 0
        case .chunked:
            return min(left, window.room(unanswered: unanswered, messageBytes: lastSize))
        }
    }

    /// Whether the words of the reply that is due are of interest if it has this code; those of plain success are not.
    func textWanted(_ code: UInt16) -> Bool {
        guard stage == .open else { return true }
        switch step {
        case .reset, .mail, .recipient: return !(200..<300).contains(code)
        case .data: return code != 354
        case .dot, .loneDot: return true
        }
    }
}

// MARK: Messages

extension SMTPClientStateMachine {
    /// Begins a message; only while ``room`` is not zero.
    mutating func submit(_ message: OutgoingMessage) -> Submission {
        precondition(stage == .open, "a message was submitted to a session that is not open")
        if let reply = refusal(of: message) { return .unsendable(.reply(reply, phase: .mail)) }
        // In a window the end of the transaction before is not known yet: RFC 3030 §2 asks for RSET after a failed BDAT,
        // and without it a refused recipient would leave its MAIL standing and spoil the next message.
        let reset = isUnclean || (conversation == .chunked && !inFlight.isEmpty)
        isUnclean = false
        left -= 1
        lastSize = message.content.count
        isTaken = message.goesAlone
        if inFlight.isEmpty { beginHead(reset: reset) }
        bytesInFlight += message.content.count
        let mark = window.mark(at: now, unanswered: .init(messages: inFlight.count + 1, bytes: bytesInFlight))
        inFlight.append(
            InFlight(token: message.token, bytes: message.content.count, reset: reset, mark: mark))
        switch conversation {
        case .chunked:
            return .transaction(reset: reset)
        case .grouped:
            held = message
            return .group(reset: reset)
        case .stepwise:
            held = message
            return .step(reset: reset)
        }
    }

    /// Why this server cannot take the message, as the reply that it would give.
    private func refusal(of message: OutgoingMessage) -> SMTPReply? {
        if message.needsSMTPUTF8, !extensions.smtpUTF8 {
            return SMTPReply(
                code: 553, enhancedStatus: EnhancedStatusCode(5, 6, 7),
                text: "The server does not support internationalized addresses (no SMTPUTF8)")
        }
        if let limit = extensions.maximumSize, message.content.count > limit {
            return SMTPReply(
                code: 552, enhancedStatus: EnhancedStatusCode(5, 3, 4),
                text: "Message too large: \(message.content.count) bytes, the server announced a limit of \(limit)")
        }
        if message.requiresTLS, !isSecured || !terms.authenticates || !extensions.requireTLS {
            return SMTPReply(
                code: 550, enhancedStatus: EnhancedStatusCode(5, 7, 30),
                text: "REQUIRETLS is not possible: the server does not announce it, or has not proved who it is")
        }
        // A line end inside an address would become a command of its own.
        if message.sender.hasControlCharacter || message.recipient.hasControlCharacter {
            return SMTPReply(
                code: 553, enhancedStatus: EnhancedStatusCode(5, 1, 3), text: "Control character in an address")
        }
        return nil
    }

    private mutating func beginHead(reset: Bool) {
        step = reset ? .reset : .mail
        failure = nil
        recipientAccepted = false
    }
}

// MARK: Replies

extension SMTPClientStateMachine {
    /// Takes the next reply.
    mutating func received(_ reply: SMTPReply) -> Action {
        switch stage {
        case .open:
            return inFlight.isEmpty ? unasked(reply) : answered(reply)
        case .greeting:
            guard reply.isPositive else { return refuse(reply, "the server refused the connection") }
            return terms.isSimple && terms.allowsHELO ? fallBack() : hello()
        case .ehlo:
            window.heard(after: now - saidHelloAt)
            if reply.isPositive { return announced(SMTPExtensions(ehlo: reply)) }
            // Servers without extensions know only HELO (RFC 5321 §3.2); those of LMTP know no such thing.
            guard (500..<600).contains(reply.code), terms.transport == .smtp else {
                return refuse(reply, "the server refused EHLO")
            }
            return fallBack()
        case .helo:
            guard reply.isPositive else { return refuse(reply, "the server refused HELO") }
            return announced(SMTPExtensions())
        case .startTLS:
            if reply.isPositive {
                stage = .handshake
                return .secure
            }
            guard terms.encryption == .opportunistic, reply.code != 421 else {
                return refuse(reply, "the server refused STARTTLS")
            }
            return logIn()
        case .handshake:
            return refuse(reply, "the server spoke in clear during the TLS handshake")
        case .login:
            return loginAnswered(reply)
        case .quitting, .closed:
            stage = .closed
            return .close([])
        }
    }

    /// The handshake is over, and the certificate has passed.
    mutating func secured() -> Action {
        guard stage == .handshake else { preconditionFailure("TLS began in a session that did not ask for it") }
        isSecured = true
        // What was said in clear may have been said by anybody (RFC 3207 §4.2).
        extensions = SMTPExtensions()
        guard terms.encryption != .implicit else {
            stage = .greeting
            return .none
        }
        return hello()
    }

    private mutating func hello() -> Action {
        stage = .ehlo
        saidHelloAt = now
        return .send(terms.transport == .lmtp ? .lhlo : .ehlo)
    }

    private mutating func fallBack() -> Action {
        stage = .helo
        return .send(.helo)
    }

    /// The server has said what it can do: secure the connection first, then log in.
    private mutating func announced(_ extensions: SMTPExtensions) -> Action {
        self.extensions = extensions
        guard !isSecured, terms.encryption != .none else { return logIn() }
        if extensions.startTLS {
            stage = .startTLS
            return .send(.startTLS)
        }
        guard terms.encryption == .opportunistic else {
            stage = .startTLS
            return refuse(nil, "the server does not offer STARTTLS")
        }
        return logIn()
    }

    private mutating func logIn() -> Action {
        guard let credentials = terms.credentials else { return open() }
        stage = .login
        guard isSecured || isLocal else {
            return refuse(nil, "our login is not sent without TLS")
        }
        guard let login = SMTPLogin(credentials, offered: extensions.mechanisms) else {
            return refuse(nil, "the server offers no way to log in that we know (AUTH PLAIN, LOGIN, XOAUTH2)")
        }
        self.login = login
        return .send(.login(login.command))
    }

    private mutating func loginAnswered(_ reply: SMTPReply) -> Action {
        if reply.isPositive {
            login = nil
            return open()
        }
        guard reply.code == 334, let line = login?.answer() else { return refuse(reply, "our login was refused") }
        return .send(.login(line))
    }

    private mutating func open() -> Action {
        conversation =
            switch (extensions.pipelining && !terms.isSimple, extensions.chunking) {
            case (true, true): .chunked
            case (true, false): .grouped
            case (false, _): .stepwise
            }
        stage = .open
        return .opened
    }

    /// The phase of what fails before the session is open: this is what makes it the connection's failure.
    var openingPhase: DeliveryPhase {
        switch stage {
        case .greeting: .connect
        case .handshake, .startTLS: .tls
        case .login: .auth
        case .ehlo, .helo, .open, .quitting, .closed: .ehlo
        }
    }

    /// Whether the session has not come so far that it takes messages.
    var isOpening: Bool {
        switch stage {
        case .handshake, .greeting, .ehlo, .helo, .startTLS, .login: true
        case .open, .quitting, .closed: false
        }
    }

    private mutating func refuse(_ reply: SMTPReply?, _ message: String) -> Action {
        var failure = SMTPEndpointFailure(phase: openingPhase, reply: reply, message: message)
        switch stage {
        case .startTLS: failure.tlsResult = .startTLSNotSupported
        case .handshake: failure.tlsResult = .validationFailure
        default: break
        }
        stage = .closed
        return .refused(failure)
    }

    /// A reply while nothing was asked is a notice that the server closes, mostly 421.
    private mutating func unasked(_ reply: SMTPReply) -> Action {
        stage = .closed
        return .close([])
    }

    private mutating func answered(_ reply: SMTPReply) -> Action {
        if reply.code == 421 { return serviceClosed(reply) }
        let isPositive = reply.isPositive
        guard isPositive || reply.code >= 400 || (reply.code == 354 && step == .data) else { return misplaced(reply) }
        switch step {
        case .reset:
            guard isPositive else { return misplaced(reply) }
            step = .mail
            return conversation == .stepwise ? .send(.mail) : .none
        case .mail:
            if !isPositive {
                note(reply)
                if conversation == .stepwise { return finishHead(isClean: true, with: nil) }
            }
            step = .recipient
            return conversation == .stepwise ? .send(.recipient) : .none
        case .recipient:
            if isPositive { recipientAccepted = true } else { note(reply) }
            switch conversation {
            case .stepwise:
                guard isPositive else { return finishHead(isClean: false, with: nil) }
                step = .data
                return .send(.data)
            case .grouped: step = .data
            case .chunked: step = .dot
            }
            return .none
        case .data:
            return reply.code == 354 ? goAhead() : dataRefused(reply)
        case .dot:
            // Whatever MAIL was answered, a message that was accepted for its recipient is accepted.
            if isPositive, recipientAccepted { failure = nil }
            return finishHead(isClean: isPositive || conversation != .chunked, with: reply)
        case .loneDot:
            return finishHead(isClean: true, with: nil)
        }
    }

    private mutating func note(_ reply: SMTPReply) {
        if failure == nil { failure = (reply, step.phase) }
    }

    /// The server waits for the content.
    private mutating func goAhead() -> Action {
        guard let failure else {
            step = .dot
            guard let message = held.take() else { preconditionFailure("the content of a message in DATA is missing") }
            return .sendContent(message)
        }
        if recipientAccepted {
            // MAIL was refused and RCPT accepted: a dot would send an empty message. There is no way out but to leave.
            return end(head: .reply(failure.reply, phase: failure.phase))
        }
        held = nil
        step = .loneDot
        return .send(.loneDot)
    }

    private mutating func dataRefused(_ reply: SMTPReply) -> Action {
        // 2yz in place of 354 tells nothing about the message, and the session is out of step.
        if reply.isPositive { return misplaced(reply) }
        note(reply)
        return finishHead(isClean: false, with: nil)
    }

    /// Ends the head with its first negative reply, or with `reply` where there is none.
    private mutating func finishHead(isClean: Bool, with reply: SMTPReply?) -> Action {
        let head = inFlight.removeFirst()
        bytesInFlight -= head.bytes
        if conversation == .chunked { window.answered(head.mark, bytes: head.bytes, at: now) }
        // At the dot the held message, if any, is the next one; before it, the head itself.
        if step != .dot, step != .loneDot { held = nil }
        let result: DeliveryResult
        if let failure {
            result = self.result(failure.reply, failure.phase)
        } else if let reply {
            result = self.result(reply, step.phase)
        } else {
            preconditionFailure("a message ended without a decisive reply")
        }
        if let next = inFlight.first { beginHead(reset: next.reset) } else { isUnclean = !isClean }
        return .finished(Finished(token: head.token, result: result))
    }

    /// What a decisive reply means for the message: its result, or one more trial without pipelining (5o).
    private mutating func result(_ reply: SMTPReply, _ phase: DeliveryPhase) -> DeliveryResult {
        guard !terms.isSimple, conversation != .stepwise, reply.isAboutCommands(in: phase, conversation) else {
            return .reply(reply, phase: phase)
        }
        // What is on its way is still answered; then the next connection speaks more simply.
        foundSimple = true
        isDraining = true
        return .notAttempted
    }

    /// 421: the server answered the head and has not processed anything after it (RFC 5321 §3.8).
    private mutating func serviceClosed(_ reply: SMTPReply) -> Action {
        note(reply)
        guard let failure else { preconditionFailure("the reply was noted above") }
        return end(head: .reply(failure.reply, phase: failure.phase))
    }

    private mutating func end(head result: DeliveryResult) -> Action {
        var finished: [Finished] = []
        for (index, message) in inFlight.enumerated() {
            finished.append(Finished(token: message.token, result: index == 0 ? result : .notAttempted))
        }
        clear()
        return .close(finished)
    }

    /// A reply that cannot be an answer to what was asked: the session is out of step, what comes after means nothing.
    private mutating func misplaced(_ reply: SMTPReply) -> Action {
        .close(lost("unexpected reply to \(step.phase.rawValue): \(reply)"))
    }

    private mutating func clear() {
        stage = .closed
        inFlight.removeAll()
        bytesInFlight = 0
        held = nil
    }
}

// MARK: Ends

extension SMTPClientStateMachine {
    /// Takes no more messages from now on.
    mutating func drain() {
        isDraining = true
    }

    /// Whether it is time to say QUIT: nothing is in flight, and nothing more may come.
    mutating func quitIfDone() -> Bool {
        guard stage == .open, inFlight.isEmpty, isDraining || left == 0 else { return false }
        stage = .quitting
        return true
    }

    /// Whether this connection will take no more messages once those in flight are answered.
    var isRetiring: Bool { isDraining || isSpent }

    /// Whether it has begun as many messages as it may.
    var isSpent: Bool { left == 0 }

    /// Ends a session whose connection is gone, timed out or out of step; what is in flight gets its result.
    mutating func lost(_ cause: String) -> [Finished] {
        var finished: [Finished] = []
        finished.reserveCapacity(inFlight.count)
        for (index, message) in inFlight.enumerated() {
            let isHeld = held != nil && index == inFlight.count - 1
            let result: DeliveryResult
            if index == 0, let failure {
                result = .reply(failure.reply, phase: failure.phase)
            } else if !isHeld {
                result = .lostAfterFinalDot(cause)
            } else if index == 0, step != .mail, step != .reset {
                result = .lostBeforeFinalDot(cause)
            } else {
                result = .notAttempted
            }
            finished.append(Finished(token: message.token, result: result))
        }
        clear()
        return finished
    }
}

extension SMTPReply {
    /// Whether the server seems not to understand how we speak, rather than to object to sender or message.
    fileprivate func isAboutCommands(
        in phase: DeliveryPhase, _ conversation: SMTPClientStateMachine.Conversation
    ) -> Bool {
        switch code {
        case 500, 502, 503, 504: break
        default: return false
        }
        guard enhancedStatus.map({ $0.subject == 5 || $0.subject == 0 }) ?? true else { return false }
        // To RCPT such codes are about the address; at the dot of DATA they are about the message.
        return phase == .mail || phase == .data || (phase == .dot && conversation == .chunked)
    }
}

extension String {
    /// Whether a line end, NUL or another control character stands in the text.
    fileprivate var hasControlCharacter: Bool {
        utf8.withContiguousStorageIfAvailable { $0.contains { $0 < 0x20 || $0 == 0x7F } }
            ?? utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
