/// One rule of the table of outcomes: when all its conditions hold, this is the outcome and the reason.
struct OutcomeRule: Sendable {
    /// Something that is true or false of a reply.
    enum Test: Sendable {
        case replyClass(ReplyClasses)
        /// One of these reply codes; `orNone` where a reply without one is meant as well.
        case code([ClosedRange<UInt16>], orNone: Bool)
        case status([StatusPattern], orNone: Bool)
        /// One of these phases: the bits of their codes.
        case phase(UInt16)
        /// One of these lists has a phrase in the prepared text: a bit for each.
        case says(UInt64)
        /// One of these lists has a host name in the untouched text.
        case names(UInt64)
    }

    /// Enhanced status codes by subject and detail, whatever their class; the reply code beats it.
    struct StatusPattern: Hashable, Sendable {
        var subject: UInt16
        /// `nil` means all of the subject.
        var details: ClosedRange<UInt16>?

        func matches(_ status: EnhancedStatusCode) -> Bool {
            status.subject == subject && (details?.contains(status.detail) ?? true)
        }
    }

    /// The classes that a test names.
    struct ReplyClasses: OptionSet, Sendable {
        let rawValue: UInt8
        static let temporary = Self(rawValue: 1)
        static let permanent = Self(rawValue: 2)
        /// Neither success nor failure, such as a 354 where it has no business.
        static let other = Self(rawValue: 4)

        static func of(_ replyClass: UInt16) -> Self {
            switch replyClass {
            case 4: temporary
            case 5: permanent
            default: other
            }
        }
    }

    /// A test, or its opposite, with its words in the table.
    struct Term: Sendable {
        var isNegated: Bool
        var test: Test
        var source: String
    }

    /// A line of the table: alternatives, of each of which all terms must hold.
    struct Condition: Sendable {
        var alternatives: [[Term]]
        var source: String
    }

    let id: String
    let outcome: Outcome?
    let reason: Reason
    var conditions: [Condition] = []

    func matches(_ reply: PreparedReply) -> Bool {
        conditions.allSatisfy { $0.holds(reply) }
    }
}

extension OutcomeRule.Condition {
    func holds(_ reply: PreparedReply) -> Bool {
        alternatives.contains { terms in terms.allSatisfy { $0.holds(reply) } }
    }
}

extension OutcomeRule.Term {
    func holds(_ reply: PreparedReply) -> Bool {
        test.holds(reply) != isNegated
    }
}

extension PreparedReply {
    /// The bits of the phases that hold.
    fileprivate var phases: UInt16 {
        1 << UInt16(phase.code) | (isReported ? 1 << UInt16(DeliveryPhase.dsn.code) : 0)
    }
}

extension OutcomeRule.Test {
    func holds(_ reply: PreparedReply) -> Bool {
        switch self {
        case .replyClass(let classes):
            return classes.contains(.of(reply.replyClass))
        case .code(let ranges, let orNone):
            if reply.code == 0 { return orNone }
            return ranges.contains { $0.contains(reply.code) }
        case .status(let patterns, let orNone):
            guard let status = reply.status else { return orNone }
            return patterns.contains { $0.matches(status) }
        case .phase(let phases):
            return phases & reply.phases != 0
        case .says(let lists):
            return reply.words.contains(anyOf: lists)
        case .names(let lists):
            return reply.hosts.contains(anyOf: lists)
        }
    }
}
