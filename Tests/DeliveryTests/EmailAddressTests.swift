import Delivery
import Testing

@Suite("Email addresses")
struct EmailAddressTests {
    /// As typed, and as it goes into RCPT TO.
    static let valid: [(typed: String, normalized: String)] = [
        ("a@b.de", "a@b.de"),
        ("john.doe@example.com", "john.doe@example.com"),
        ("John.Doe@Example.COM", "John.Doe@example.com"),
        ("x+tag@example.com", "x+tag@example.com"),
        ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
        ("root@localhost", "root@localhost"),
        ("a@1.2.3.example", "a@1.2.3.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@r3---sn-4g5.example", "a@r3---sn-4g5.example"),
        ("\"john doe\"@example.com", "\"john doe\"@example.com"),
        ("\"john.doe\"@example.com", "john.doe@example.com"),
        ("\"j\\ohn\"@example.com", "john@example.com"),
        ("\"a\\\"b\"@example.com", "\"a\\\"b\"@example.com"),
        ("\"a\\\\b\"@example.com", "\"a\\\\b\"@example.com"),
        ("\"a@b\"@example.com", "\"a@b\"@example.com"),
        ("\".a\"@example.com", "\".a\"@example.com"),
        ("\"a..b\"@example.com", "\"a..b\"@example.com"),
        ("\"\"@example.com", "\"\"@example.com"),
        ("\" \"@Example.com", "\" \"@example.com"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"),
        ("a@[IPv6:::1]", "a@[IPv6:::1]"),
        ("a@[IPv6:::]", "a@[IPv6:::]"),
        ("a@[ipv6:1:2:3:4:5:6:7:8]", "a@[ipv6:1:2:3:4:5:6:7:8]"),
        ("a@[IPv6:::ffff:192.0.2.1]", "a@[IPv6:::ffff:192.0.2.1]"),
        ("a@[IPv6:1:2:3:4:5:6:192.0.2.1]", "a@[IPv6:1:2:3:4:5:6:192.0.2.1]"),
        ("a@[x-tag:some:thing@here]", "a@[x-tag:some:thing@here]"),
        ("jürgen@example.de", "jürgen@example.de"),
        ("\"jürgen müller\"@example.de", "\"jürgen müller\"@example.de"),
        ("用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@BÜCHER.Example", "a@xn--bcher-kva.example"),
        ("a@bu\u{308}cher.example", "a@xn--bcher-kva.example"),
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("a@ελλάδα.ευ", "a@xn--hxakic4aa.xn--qxa6a"),
        ("a@почта.рф", "a@xn--80a1acny.xn--p1ai"),
        ("a@日本語.jp", "a@xn--wgv71a119e.jp"),
        ("\(String(repeating: "a", count: 64))@example.com", "\(String(repeating: "a", count: 64))@example.com"),
        ("a@\(String(repeating: "b", count: 63)).com", "a@\(String(repeating: "b", count: 63)).com"),
    ]

    @Test("a well-formed address is read and normalized", arguments: valid)
    func reads(typed: String, normalized: String) throws {
        let address = try EmailAddress(parsing: typed)
        #expect(Array(address.normalized.utf8) == Array(normalized.utf8))
        #expect(address.text == typed)
        #expect("\(address.localPart)@\(address.domain)" == typed)
        #expect(address.normalized.hasSuffix("@" + address.asciiDomain))
        // What was normalized is well-formed and stays as it is.
        #expect(try EmailAddress(parsing: address.normalized).normalized == address.normalized)
    }

    /// The address, the fault's code, and the character at which it is.
    static let invalid: [(typed: String, code: EmailAddressError.Code, position: Int)] = [
        ("", .empty, 1),
        ("plain", .missingAtSign, 6),
        ("\"quoted\"", .missingAtSign, 9),
        ("@example.com", .emptyLocalPart, 1),
        ("a@", .missingDomain, 3),
        (".a@example.com", .misplacedDot, 1),
        ("a.@example.com", .misplacedDot, 2),
        ("a..b@example.com", .misplacedDot, 3),
        ("a b@example.com", .forbiddenCharacter, 2),
        (" a@example.com", .forbiddenCharacter, 1),
        ("a@example.com ", .forbiddenCharacter, 14),
        ("a@exa mple.com", .forbiddenCharacter, 6),
        ("a(comment)@example.com", .forbiddenCharacter, 2),
        ("a,b@example.com", .forbiddenCharacter, 2),
        ("ü,b@example.com", .forbiddenCharacter, 2),
        ("a@b@example.com", .severalAtSigns, 4),
        ("Name <a@example.com>", .displayName, 5),
        ("<a@example.com>", .displayName, 1),
        ("\"Name\" <a@example.com>", .displayName, 7),
        ("mailto:a@example.com", .forbiddenCharacter, 7),
        ("\"open@example.com", .unclosedQuote, 18),
        ("\"a\"b@example.com", .textAfterQuote, 4),
        ("\"a\nb\"@example.com", .forbiddenCharacter, 3),
        ("\"a\\\n\"@example.com", .forbiddenCharacter, 3),
        ("a@-example.com", .misplacedHyphen, 3),
        ("a@example-.com", .misplacedHyphen, 10),
        ("a@example.com-", .misplacedHyphen, 14),
        ("a@example..com", .emptyLabel, 11),
        ("a@.example.com", .emptyLabel, 3),
        ("a@example.com.", .emptyLabel, 15),
        ("a@exam_ple.com", .forbiddenCharacter, 7),
        ("a@example.com\r\nRCPT TO:<b@c>", .forbiddenCharacter, 14),
        ("a@exam\u{0}ple.com", .forbiddenCharacter, 7),
        ("a\u{A0}@example.com", .forbiddenCharacter, 2),
        ("a\u{200B}@example.com", .forbiddenCharacter, 2),
        ("a@example.com\u{FEFF}", .forbiddenCharacter, 14),
        ("a@[192.0.2.256]", .badAddressLiteral, 3),
        ("a@[192.0.2]", .badAddressLiteral, 3),
        ("a@[192.0.2.1", .badAddressLiteral, 3),
        ("a@[]", .badAddressLiteral, 3),
        ("a@[", .badAddressLiteral, 3),
        ("a@[IPv6:1::2::3]", .badAddressLiteral, 3),
        ("a@[IPv6::::1]", .badAddressLiteral, 3),
        ("a@[IPv6:1:2:3:4:5:6:7]", .badAddressLiteral, 3),
        ("a@[IPv6:1:2:3:4:5:6:7::]", .badAddressLiteral, 3),
        ("a@[IPv6:12345::]", .badAddressLiteral, 3),
        ("a@[IPv6:g::]", .badAddressLiteral, 3),
        ("a@[tag-:x]", .badAddressLiteral, 3),
        ("a@[tag:]", .badAddressLiteral, 3),
        ("a@☃.example", .badInternationalLabel, 3),
        ("a@b.ｅｘａｍｐｌｅ", .badInternationalLabel, 5),
        ("a@\u{301}a.example", .badInternationalLabel, 3),
        ("a@ab--ü.example", .badInternationalLabel, 3),
        ("a@\(String(repeating: "ü", count: 64)).example", .labelTooLong, 3),
        ("a@\(String(repeating: "b", count: 64)).com", .labelTooLong, 66),
        ("\(String(repeating: "a", count: 65))@example.com", .localPartTooLong, 66),
        ("\(String(repeating: "ü", count: 33))@example.com", .localPartTooLong, 34),
        ("a@\(String(repeating: "abcdefg.", count: 32))com", .domainTooLong, 262),
        ("aaa@\(String(repeating: "abcdefg.", count: 31))com", .tooLong, 256),
    ]

    @Test("a malformed address is refused with a code and a place", arguments: invalid)
    func refuses(typed: String, code: EmailAddressError.Code, position: Int) {
        let error = #expect(throws: EmailAddressError.self) { try EmailAddress(parsing: typed) }
        #expect(error?.code == code)
        #expect(error?.position == position)
        #expect(error?.description.hasSuffix("(at character \(position))") == true)
    }

    @Test("the limit of 254 octets counts the address as it is sent")
    func totalLimit() throws {
        let domain = String(repeating: "abcdefg.", count: 31) + "co"
        #expect(try EmailAddress(parsing: "aaa@" + domain).normalized.utf8.count == 254)
    }

    @Test(
        "addresses of one contact have the same key",
        arguments: [
            ("a@example.com", "A@EXAMPLE.COM"), ("\"a\"@example.com", "a@example.com"),
            ("a@bücher.de", "a@xn--bcher-kva.de"), ("a@BÜCHER.de", "a@XN--BCHER-KVA.de"),
            ("JÜRGEN@example.de", "ju\u{308}rgen@example.de"), ("a@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]"),
            ("\"J D\"@example.com", "\"j d\"@example.com"),
        ])
    func duplicates(one: String, other: String) throws {
        let keys = try [one, other].map { Array(try EmailAddress(parsing: $0).comparisonKey.utf8) }
        #expect(keys[0] == keys[1])
    }

    @Test(
        "addresses of different contacts have different keys",
        arguments: [
            ("a@example.com", "a+tag@example.com"), ("ab@example.com", "a.b@example.com"),
            ("a@strasse.de", "a@straße.de"), ("a@example.com", "a@www.example.com"), ("\"a b\"@x.de", "\"ab\"@x.de"),
        ])
    func distinct(one: String, other: String) throws {
        #expect(try EmailAddress(parsing: one).comparisonKey != EmailAddress(parsing: other).comparisonKey)
    }

    @Test("only a local part that is not ASCII needs SMTPUTF8")
    func smtpUTF8() throws {
        #expect(try EmailAddress(parsing: "jürgen@example.de").needsSMTPUTF8)
        #expect(try EmailAddress(parsing: "\"ü\"@example.de").needsSMTPUTF8)
        #expect(try !EmailAddress(parsing: "a@bücher.de").needsSMTPUTF8)
        #expect(try !EmailAddress(parsing: "a@example.de").needsSMTPUTF8)
    }

    @Test(
        "an import trims what stands around an address, and nothing inside",
        arguments: [" a@b.de", "a@b.de \r\n", "\u{FEFF}a@b.de", "\ta@b.de\u{A0}", "a@b.de\u{200B}", "a@b.de"])
    func trims(typed: String) throws {
        #expect(try EmailAddress(trimming: typed).text == "a@b.de")
    }

    @Test("an import refuses white space alone and white space inside", arguments: ["", "  ", "a @b.de", "a@b. de"])
    func trimsNoMore(typed: String) {
        #expect(throws: EmailAddressError.self) { try EmailAddress(trimming: typed) }
    }
}
