import Testing

@testable import Delivery

@Suite("The files of the table")
struct RuleBookTests {
    private static let words = """
        [full]
        mailbox full, *quota*
        [gone]
        no such … user
        [lists]
        dbl.example
        """

    private func book(_ rules: String) throws -> RuleBook {
        try RuleBook(rules: rules + "\n" + Self.tail, words: Self.words)
    }

    private static let tail = """
        9z  Rejected / other_permanent
            class 5
            says full, gone or names lists or code none or class 5
        """

    private func rule(_ book: RuleBook, _ reply: String, _ phase: DeliveryPhase = .rcpt) -> String? {
        let prepared = PreparedReply(SMTPReply(parsing: reply), phase: phase, book)
        return book.rules.first { $0.matches(prepared) }?.id
    }

    @Test("all lines of a rule must hold, alternatives of a line need not")
    func lines() throws {
        let book = try book(
            """
            a  Deferred / x
                code 450-452, 421
                phase mail or says full and status x.2.*
            """)
        #expect(rule(book, "451 4.0.0 hm", .mail) == "a")
        #expect(rule(book, "421 4.2.9 mailbox full") == "a")
        #expect(rule(book, "421 4.3.9 mailbox full") == nil)
        #expect(rule(book, "453 4.0.0 hm", .mail) == nil)
    }

    @Test("not turns one test round, with all its values")
    func negation() throws {
        let book = try book(
            """
            a  Bounced / x
                not says full, gone and not status x.7.1-3, none
            """)
        #expect(rule(book, "550 5.7.4 hm") == "a")
        #expect(rule(book, "550 5.7.2 hm") == "9z")
        #expect(rule(book, "550 hm") == "9z")
        #expect(rule(book, "550 5.7.4 over quotas") == "9z")
    }

    @Test("host names are found in links, words are not")
    func hosts() throws {
        let book = try book(
            """
            a  Spam / x
                names lists
            b  Bounced / x
                says full
            """)
        #expect(rule(book, "550 see https://DBL.example/?x") == "a")
        #expect(rule(book, "550 see https://other.example/quota") == "9z")
    }

    @Test(
        "a mistake is named with its line",
        arguments: [
            ("a  Lost / x\n    class 5", 1), ("a  Bounced\n    class 5", 1), ("a  Bounced / x\n    class 6", 2),
            ("a  Bounced / x\n    code", 2), ("a  Bounced / x\n    code 5x0", 2),
            ("a  Bounced / x\n    status 5.7.1", 2), ("a  Bounced / x\n    phase lunch", 2),
            ("a  Bounced / x\n    says nothing", 2), ("a  Bounced / x\n    smells full", 2), ("    class 5", 1),
            ("a  Bounced / x\n    code 552-550", 2),
        ])
    func mistakes(rules: String, line: Int) {
        #expect { try book(rules) } throws: { ($0 as? RuleBookError)?.line == line }
    }

    @Test("a rule without a condition, a list that no rule uses, and a phrase that stands twice are mistakes")
    func leftovers() {
        #expect(throws: RuleBookError.self) { try book("a  Bounced / x") }
        #expect(throws: RuleBookError.self) { try RuleBook(rules: Self.tail, words: Self.words + "\n[more]\nx") }
        #expect(throws: RuleBookError.self) { try RuleBook(rules: Self.tail, words: Self.words + "\ndbl.example") }
    }

    @Test(
        "a phrase stands for whole words, its star for the rest of one, its gap for some of a sentence",
        arguments: [
            ("mailbox full", "The Mailbox: FULL", true), ("mailbox full", "mailbox fully", false),
            ("mailbox full", "amailbox full", false), ("greylist*", "greylisted", true),
            ("*list", "greylist", true), ("*list", "greylisted", false), ("no … user", "no such user", true),
            ("no … user", "no. such user", false), ("boîte pleine", "boite pleine", true),
            ("großer brief", "GROSSER Brief", true), ("пользователь", "ПОЛЬЗОВАТЕЛЬ", true),
            ("不存在", "用户不存在", true), ("mailbox full", "ｍａｉｌｂｏｘ ｆｕｌｌ", true),
            ("can't deliver", "can’t deliver", true), ("user/box … full/closed", "the box seems closed", true),
            ("user/box … full/closed", "the user seems busy", false), ("a … b … c", "a x b x c", true),
            ("a … b", "a \(String(repeating: "x ", count: 40))b", false), ("no*…more", "nobody knows more", true),
        ])
    func phrases(phrase: String, text: String, isFound: Bool) {
        let hits = PhraseIndex([Phrase.all(in: phrase)]).search(FoldedText(text).bytes)
        #expect(hits.lists == (isFound ? 1 : 0))
    }

    @Test("one pass finds every list, and the first phrase of each with its place")
    func onePass() throws {
        let index = PhraseIndex([[Phrase("user unknown"), Phrase("user")], [Phrase("unknown")], [Phrase("never")]])
        let text = FoldedText("Sorry, user unknown here; user gone")
        let hits = index.search(text.bytes)
        #expect(hits.lists == 0b011)
        #expect(hits.first.map { text.words(in: $0.range) } == ["user", "unknown"])
    }

    @Test("every reason that the table gives is one of the known ones")
    func reasons() {
        let known = Set(Reason.all.map(\.rawValue))
        for rule in RuleBook.standard.rules { #expect(known.contains(rule.reason.rawValue), "\(rule.id)") }
    }
}
