import Testing

@testable import MailRouting

@Suite("Policies of MTA-STS")
struct MTASTSPolicyTests {
    @Test("A policy is read with either line end, unknown keys passed over, the first of doubles taken")
    func reading() throws {
        let text =
            "version: STSv1\r\nmode:enforce\r\nmx: Mail.Example.org\r\nmx:  *.example.net \r\nfuture: x\nmode: none\nmax_age: 604800\r\n\r\n"
        let policy = try #require(MTASTSPolicy(parsing: text))
        #expect(policy.mode == .enforce)
        #expect(policy.patterns == ["mail.example.org", "*.example.net"])
        #expect(policy.maxAge == 604_800)
    }

    @Test("A policy cannot bind us for longer than about a year")
    func longest() throws {
        let policy = try #require(MTASTSPolicy(parsing: "version: STSv1\nmode: none\nmax_age: 99999999999"))
        #expect(policy.maxAge == 31_557_600)
    }

    @Test(
        "What is no policy is none",
        arguments: [
            "", "version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv2\nmode: none\nmax_age: 1",
            "mode: none\nmax_age: 1", "version: STSv1\nmode: none", "version: STSv1\nmode: none\nmax_age: -1",
            "version: STSv1\nmode: perhaps\nmx: a\nmax_age: 1", "version: STSv1\nmode: enforce\nmx: a b\nmax_age: 1",
            "version: STSv1\nmode: enforce\nmx: a\nmax_age: 1\n<html>",
        ])
    func malformed(text: String) {
        #expect(MTASTSPolicy(parsing: text) == nil)
    }

    @Test(
        "A star stands for exactly one label",
        arguments: [
            ("mx.example.org", "mx.example.org", true), ("*.example.org", "mx.example.org", true),
            ("*.example.org", "a.mx.example.org", false), ("*.example.org", "example.org", false),
            ("mx.example.org", "mx2.example.org", false), ("*.example.org", "mx.example.net", false),
        ])
    func matching(pattern: String, host: String, isAllowed: Bool) throws {
        let policy = try #require(MTASTSPolicy(parsing: "version: STSv1\nmode: enforce\nmx: \(pattern)\nmax_age: 1"))
        #expect(policy.allows(host) == isAllowed)
    }

    @Test(
        "The note in the DNS has a version and an id",
        arguments: [
            ("v=STSv1; id=20160831085700Z;", "20160831085700Z"), ("v=STSv1;id=1", "1"),
            ("v=STSv1; other=x; id=7; ", "7"), ("v=STSv1;", nil), ("v=STSv2; id=1", nil), ("id=1; v=STSv1", nil),
            ("v=STSv1; id=a-b", nil), ("v=STSv1; id=", nil), ("v=spf1 -all", nil),
            ("v=STSv1; id=123456789012345678901234567890123", nil),
        ] as [(String, String?)])
    func note(text: String, id: String?) {
        #expect(MTASTSRecord(parsing: text)?.id == id)
    }

    @Test("Two notes are as none, other texts beside it do no harm")
    func onlyNote() {
        #expect(MTASTSRecord.only(in: ["v=STSv1; id=1", "v=STSv1; id=1"]) == nil)
        #expect(MTASTSRecord.only(in: ["v=spf1 -all", "v=STSv1; id=1"])?.id == "1")
        #expect(MTASTSRecord.only(in: []) == nil)
    }
}
