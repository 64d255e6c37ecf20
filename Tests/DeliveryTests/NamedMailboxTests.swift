import Delivery
import Testing

@Suite("Named mailboxes")
struct NamedMailboxTests {
    static let valid: [(typed: String, name: String?, address: String)] = [
        ("Survey Team <survey@example.org>", "Survey Team", "survey@example.org"),
        ("  Survey Team   <survey@example.org> ", "Survey Team", "survey@example.org"),
        ("survey@example.org", nil, "survey@example.org"),
        ("<survey@example.org>", nil, "survey@example.org"),
        ("\"Acme, Inc.\" <a@b.de>", "Acme, Inc.", "a@b.de"),
        ("\"The \\\"Best\\\" <3\" <a@b.de>", "The \"Best\" <3", "a@b.de"),
        ("\"\" <a@b.de>", nil, "a@b.de"),
        ("Jürgen Müller <jürgen@bücher.de>", "Jürgen Müller", "jürgen@bücher.de"),
        ("Acme Inc. (Europe)<a@b.de>", "Acme Inc. (Europe)", "a@b.de"),
        ("Name <\"a>b\"@b.de>", "Name", "\"a>b\"@b.de"),
    ]

    @Test("a name and an address are read", arguments: valid)
    func reads(typed: String, name: String?, address: String) throws {
        let mailbox = try NamedMailbox(parsing: typed)
        #expect(mailbox.displayName == name)
        #expect(mailbox.address.text == address)
    }

    static let invalid: [(typed: String, code: EmailAddressError.Code, position: Int)] = [
        ("", .empty, 1),
        ("Name", .missingAtSign, 5),
        ("Name <a@b.de", .forbiddenCharacter, 5),
        ("Name a@b.de>", .displayName, 12),
        ("Acme, Inc. <a@b.de>", .forbiddenCharacter, 5),
        ("a@b.de, Name <a@b.de>", .forbiddenCharacter, 2),
        ("Name <a@b..de>", .emptyLabel, 11),
        ("Name <>", .empty, 7),
        ("\"Name <a@b.de>", .displayName, 14),
        ("\"Name\" more <a@b.de>", .textAfterQuote, 13),
        ("Name\r\nBcc: x@y.de <a@b.de>", .forbiddenCharacter, 5),
        ("\"Na\nme\" <a@b.de>", .forbiddenCharacter, 4),
    ]

    @Test("a malformed mailbox is refused with a code and a place", arguments: invalid)
    func refuses(typed: String, code: EmailAddressError.Code, position: Int) {
        let error = #expect(throws: EmailAddressError.self) { try NamedMailbox(parsing: typed) }
        #expect(error?.code == code)
        #expect(error?.position == position)
    }
}
