import Delivery
import Foundation
import MailMessage
import Testing

@testable import ProviderEvents

@Suite("Whom providers' events are about, and which are the same")
struct SubjectTests {
    private let fixture: HookFixture

    init() throws { fixture = try HookFixture() }

    /// An event of each provider, with what stands for our token.
    private func body(_ provider: MailProvider, token: String, id: String = "1", address: String = "ann@example.net")
        -> String
    {
        switch provider {
        case .ses:
            """
            {"eventType":"Delivery","delivery":{"recipients":["\(address)"]},"mail":{"tags":{"postrider":["\(token)"]},
            "commonHeaders":{"messageId":" <7.42.x@example.org>"},"timestamp":"2016-01-27T14:59:38.\(id)Z"}}
            """
        case .sendgrid:
            """
            [{"event":"delivered","email":"\(address)","timestamp":1433333949,"sg_event_id":"\(id)",
            "smtp-id":"<7.42.x@example.org>","postrider":"\(token)"}]
            """
        case .mailgun:
            """
            {"event-data":{"event":"delivered","id":"\(id)","timestamp":1433333949.25,"recipient":"\(address)",
            "message":{"headers":{"message-id":"7.42.x@example.org"}},"user-variables":{"postrider":"\(token)"}}}
            """
        case .postmark:
            """
            {"RecordType":"Delivery","Recipient":"\(address)","MessageID":"\(id)","DeliveredAt":"2014-08-01T13:28:10Z",
            "Metadata":{"postrider":"\(token)"}}
            """
        case .mailjet:
            """
            [{"event":"sent","email":"\(address)","time":1433333949,"MessageID":\(id),"CustomID":"\(token)"}]
            """
        }
    }

    @Test("a token names the delivery", arguments: MailProvider.allCases)
    func tokens(provider: MailProvider) throws {
        let events = try fixture.events(provider, body(provider, token: fixture.token))
        #expect(events.map(\.subject) == [.delivery(HookFixture.job)])
        #expect(events.map(\.source) == [.webhook])
        let upper = try fixture.events(provider, body(provider, token: fixture.token.uppercased()))
        #expect(upper.map(\.subject) == [.delivery(HookFixture.job)])
    }

    @Test(
        "a token that nobody of us made leaves, of what arrived, our Message-ID where it is kept, and never the address"
    )
    func clues() throws {
        var forged = fixture.token
        forged.replaceSubrange(forged.startIndex...forged.startIndex, with: forged.hasPrefix("a") ? "b" : "a")
        for provider in MailProvider.allCases {
            for token in [forged, "", "7.42"] {
                let events = try fixture.events(provider, body(provider, token: token))
                // That something arrived at an address may be about anybody's mail.
                let isKept = ![.postmark, .mailjet].contains(provider)
                #expect(
                    events.map(\.subject)
                        == (isKept
                            ? [.clues(InboundClues(messageID: "7.42.x@example.org"))] : []),
                    "\(provider) \(token)")
            }
        }
    }

    @Test(
        "that another message to an address arrived, or is late, is no event",
        arguments: [
            "abc@example.org", "7.42@example.org", "7.42.x", "7.42.@example.org", "7.x.42@example.org", "7.42.x@",
            "7.42.x.y@example.org", "<20261127.7.42.x@example.org>", "4294967296.42.x@example.org", "",
        ])
    func foreign(id: String) throws {
        for (provider, body) in [
            (
                MailProvider.ses,
                #"""
                {"eventType":"Delivery","delivery":{"recipients":["ann@example.net"]},"mail":{"commonHeaders":{"messageId":"\#(id)"}}}
                """#
            ),
            (
                .ses,
                #"""
                {"eventType":"DeliveryDelay","deliveryDelay":{"delayedRecipients":[{"emailAddress":"ann@example.net"}]},
                "mail":{"commonHeaders":{"messageId":"\#(id)"}}}
                """#
            ),
            (.sendgrid, #"[{"event":"delivered","email":"ann@example.net","sg_event_id":"1","smtp-id":"\#(id)"}]"#),
            (.sendgrid, #"[{"event":"deferred","email":"ann@example.net","sg_event_id":"1","smtp-id":"\#(id)"}]"#),
            (
                .mailgun,
                #"""
                {"event-data":{"event":"delivered","id":"1","recipient":"ann@example.net","message":{"headers":{"message-id":"\#(id)"}}}}
                """#
            ),
            (
                .mailgun,
                #"""
                {"event-data":{"event":"failed","severity":"temporary","id":"1","recipient":"ann@example.net",
                "message":{"headers":{"message-id":"\#(id)"}}}}
                """#
            ),
        ] {
            #expect(try fixture.events(provider, body) == [], "\(body)")
        }
    }

    @Test("the code in our Message-ID names the delivery, of what arrived and of what failed")
    func messageIDCode() throws {
        var template = MessageTemplate(
            from: MailboxField(address: "s@example.org"), subject: "Hello", text: "Hello\n", options: MessageOptions())
        template.options?.bounceDomain = "bounces.example.org"
        let id = try CompiledMessage(template, tokenKey: fixture.keys.current).messageID(of: HookFixture.job)
        func bodies(_ id: String) -> [(MailProvider, String)] {
            [
                (
                    .ses,
                    #"{"eventType":"Delivery","delivery":{"recipients":["x@y.z"]},"mail":{"commonHeaders":{"messageId":"\#(id)"}}}"#
                ),
                (
                    .sendgrid,
                    #"[{"event":"bounce","email":"x@y.z","sg_event_id":"1","smtp-id":"\#(id)","reason":"550 5.1.1 no"}]"#
                ),
                (
                    .mailgun,
                    #"{"event-data":{"event":"delivered","id":"1","recipient":"x@y.z","message":{"headers":{"message-id":"\#(id)"}}}}"#
                ),
            ]
        }
        for (provider, body) in bodies(id) + bodies(String(id.dropFirst().dropLast()).uppercased()) {
            #expect(try fixture.events(provider, body).map(\.subject) == [.delivery(HookFixture.job)], "\(body)")
        }
        // Somebody else's message of the same account: that it arrived is no event, that it failed is one that finds nobody.
        let stranger = id.replacing("7.42.", with: "7.43.")
        let events = try bodies(stranger).map { try fixture.events($0.0, $0.1).map(\.subject) }
        let clues = InboundClues(messageID: String(stranger.dropFirst().dropLast()), recipient: "x@y.z")
        #expect(events == [[], [.clues(clues)], []])
    }

    @Test("a complaint or a bounce is looked for by the address, where there is no more")
    func addresses() throws {
        for (provider, body) in [
            (
                MailProvider.postmark,
                #"{"RecordType":"SpamComplaint","ID":1,"Email":"ann@example.net","MessageID":"guid"}"#
            ),
            (.mailjet, #"{"event":"spam","time":1433333949,"MessageID":19,"email":"ann@example.net","CustomID":""}"#),
            (.mailjet, #"{"event":"bounce","time":1433333949,"MessageID":19,"email":"ann@example.net"}"#),
        ] {
            let events = try fixture.events(provider, body)
            #expect(events.map(\.subject) == [.clues(InboundClues(recipient: "ann@example.net"))], "\(body)")
        }
    }

    @Test("SES repeats the token as a tag, in a header field, or in the return path")
    func sesTokens() throws {
        let token = fixture.token
        for mail in [
            #""tags":{"postrider":["\#(token)"]}"#,
            #""headers":[{"name":"X-SES-MESSAGE-TAGS","value":"a=b, postrider=\#(token)"}]"#,
            #""source":"b-\#(token)@bounces.example.org""#,
        ] {
            let events = try fixture.events(
                .ses, #"{"eventType":"Delivery","delivery":{"recipients":["a@example.net"]},"mail":{\#(mail)}}"#)
            #expect(events.map(\.subject) == [.delivery(HookFixture.job)], "\(mail)")
        }
    }

    @Test("SendGrid repeats it beside its own fields, or among the unique arguments")
    func sendgridTokens() throws {
        let events = try fixture.events(
            .sendgrid, #"[{"event":"delivered","sg_event_id":"1","unique_args":{"postrider":"\#(fixture.token)"}}]"#)
        #expect(events.map(\.subject) == [.delivery(HookFixture.job)])
    }

    @Test("an event that comes again is the same, another is another", arguments: MailProvider.allCases)
    func identity(provider: MailProvider) throws {
        func id(_ body: String) throws -> InboundEventID? { try fixture.events(provider, body).first?.id }
        let first = try id(body(provider, token: fixture.token))
        #expect(first != nil)
        #expect(try id(body(provider, token: fixture.token.uppercased())) == first)
        if provider == .ses {
            // There SNS names the message, and the recipient tells apart what it says of several.
            #expect(try id(body(provider, token: fixture.token, address: "bob@example.net")) != first)
        } else {
            #expect(try id(body(provider, token: fixture.token, id: "2")) != first)
        }
    }

    @Test("one message of SNS about several recipients is an event for each")
    func several() throws {
        let events = try fixture.events(
            .ses,
            """
            {"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"NoEmail","bouncedRecipients":
            [{"emailAddress":"ann@example.net"},{"emailAddress":"bob@example.net"}]}}
            """)
        #expect(Set(events.map(\.id)).count == 2)
    }

    @Test("the time is the provider's, but never later than now")
    func times() throws {
        func time(_ seconds: String) throws -> UnixTime? {
            try fixture.events(.sendgrid, #"[{"event":"spamreport","sg_event_id":"1","timestamp":\#(seconds)}]"#).first?
                .time
        }
        #expect(try time("1433333949") == UnixTime(milliseconds: 1_433_333_949_000))
        #expect(try time("99999999999") == HookFixture.now)
        #expect(try time(#""soon""#) == HookFixture.now)
    }

    @Test("a thousand events in one request are a thousand events, and what is no event costs none of them")
    func batch() throws {
        let events = (0..<1000).map {
            #"{"event":"bounce","email":"user\#($0)@example.net","sg_event_id":"e\#($0)","reason":"550 5.1.1 no","type":"bounce"}"#
        }
        let body = "[\((events + ["null", "7", "{}", #"{"event":"bounce"}"#]).joined(separator: ","))]"
        let found = try fixture.events(.sendgrid, body)
        #expect(Set(found.map(\.id)).count == 1001)
        #expect(found.filter { $0.classification.reason == .noSuchUser }.count == 1000)
    }

    @Test("the server's words are kept, without what a terminal obeys, and not all of a long text")
    func words() throws {
        func reply(_ reason: String) throws -> String? {
            try fixture.events(.sendgrid, #"[{"event":"bounce","sg_event_id":"1","reason":"\#(reason)"}]"#).first?.reply
        }
        #expect(try reply("550 5.1.1 No such user") == "550 5.1.1 No such user")
        #expect(try reply(#"550 \u001b[31mred\nand more"#) == "550  [31mred\nand more")
        #expect(try reply(String(repeating: "ü", count: 2000))?.utf8.count == 1000)
        let dropped = try fixture.events(.mailjet, #"{"event":"bounce","error":"user unknown","time":1}"#)
        #expect(dropped.map(\.reply) == ["Mailjet: user unknown, soft bounce"])
    }

    @Test("JSON of any shape gives events or a refusal, never a crash", arguments: MailProvider.allCases)
    func shapes(provider: MailProvider) {
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        for body in [
            "{}", "[]", "null", "1", "\"x\"", "[[[]]]", "{\"event-data\":[]}", "{\"bounce\":7}", deep, "\u{0}",
        ] {
            _ = try? fixture.events(provider, body)
        }
    }

    @Test(
        "a number that no code is is none, however large",
        arguments: ["1e300", "-1e300", #""inf""#, #""nan""#, "550.5", "9223372036854775808"])
    func numbers(number: String) throws {
        let mailgun = try fixture.events(
            .mailgun,
            #"""
            {"event-data":{"event":"failed","id":"1","timestamp":\#(number),"recipient":"ann@example.net",
            "delivery-status":{"code":\#(number),"message":"no such user"}}}
            """#)
        #expect(mailgun.map(\.reply) == ["no such user"])
        let postmark = try fixture.events(
            .postmark, #"{"RecordType":"Bounce","ID":1,"Email":"ann@example.net","TypeCode":\#(number)}"#)
        #expect(postmark.count == 1)
        let code = try fixture.events(
            .mailgun,
            #"{"event-data":{"event":"failed","id":"1","delivery-status":{"code":550.0,"message":"no such user"}}}"#)
        #expect(code.map(\.reply) == ["550 no such user"])
    }
}
