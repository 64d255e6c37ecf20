/// One row of the table of outcomes: when all its conditions hold, this is the outcome and the reason.
struct OutcomeRule: Sendable {
    let id: String
    let conditions: [ReplyCondition]
    let outcome: Outcome?
    let reason: Reason

    init(_ id: String, when conditions: ReplyCondition..., give outcome: Outcome?, _ reason: Reason) {
        self.id = id
        self.conditions = conditions
        self.outcome = outcome
        self.reason = reason
    }

    func matches(_ reply: PreparedReply) -> Bool {
        conditions.allSatisfy { $0.holds(reply) }
    }
}

/// Something that is true or false of a reply; the words of which the table of outcomes is made.
struct ReplyCondition: Sendable {
    let holds: @Sendable (PreparedReply) -> Bool

    /// Class 5: the reply code says so, or the enhanced status code or the words where there is no reply code.
    static let permanent = ReplyCondition { $0.replyClass == 5 }
    /// Class 4, likewise.
    static let temporary = ReplyCondition { $0.replyClass == 4 }
    /// Neither success nor failure, such as a 354 where it has no business.
    static let outOfPlace = ReplyCondition { $0.replyClass != 4 && $0.replyClass != 5 }
    /// No reply code and no enhanced status code: words of our own software rather than of a server.
    static let withoutCodes = ReplyCondition { $0.code == 0 && $0.status == nil }

    static func code(_ codes: UInt16...) -> ReplyCondition {
        ReplyCondition { codes.contains($0.code) }
    }

    static func code(_ codes: ClosedRange<UInt16>) -> ReplyCondition {
        ReplyCondition { codes.contains($0.code) }
    }

    /// The enhanced status code is x.subject.anything, whatever its class.
    static func status(_ subject: UInt16) -> ReplyCondition {
        ReplyCondition { $0.status?.subject == subject }
    }

    /// The enhanced status code is x.subject.detail, whatever its class.
    static func status(_ subject: UInt16, _ details: UInt16...) -> ReplyCondition {
        ReplyCondition { reply in
            guard let status = reply.status else { return false }
            return status.subject == subject && details.contains(status.detail)
        }
    }

    /// The enhanced status code is x.subject.detail with a detail in a range, whatever its class.
    static func status(_ subject: UInt16, _ details: ClosedRange<UInt16>) -> ReplyCondition {
        ReplyCondition { reply in
            guard let status = reply.status else { return false }
            return status.subject == subject && details.contains(status.detail)
        }
    }

    /// The reply was given in one of these phases.
    static func phase(_ phases: DeliveryPhase...) -> ReplyCondition {
        ReplyCondition { phases.contains($0.phase) }
    }

    /// The reply was given to MAIL or before it.
    static let upToMail = ReplyCondition { $0.phase.code <= DeliveryPhase.mail.code }

    /// One of the phrases stands in the prepared text.
    static func says(_ words: Phrases) -> ReplyCondition {
        ReplyCondition { words.occur(in: $0.text) }
    }

    /// One of the host names stands in the raw text (the prepared one has lost its URLs).
    static func names(_ hosts: [String]) -> ReplyCondition {
        ReplyCondition { reply in hosts.contains { reply.rawContains($0) } }
    }

    static func any(_ conditions: ReplyCondition...) -> ReplyCondition {
        ReplyCondition { reply in conditions.contains { $0.holds(reply) } }
    }

    static func all(_ conditions: ReplyCondition...) -> ReplyCondition {
        ReplyCondition { reply in conditions.allSatisfy { $0.holds(reply) } }
    }

    static func not(_ condition: ReplyCondition) -> ReplyCondition {
        ReplyCondition { !condition.holds($0) }
    }
}
