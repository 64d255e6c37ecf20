import Delivery
import Testing

@testable import ProviderEvents

/// What an event means: its outcome, its reason and the rule; `nothing` for one that is none of our business.
private enum Meaning: CustomTestStringConvertible {
    case nothing
    case booked(Outcome?, Reason, String)

    var testDescription: String { "\(self)" }
}

@Suite("What providers' events mean")
struct MappingTests {
    private let fixture: HookFixture

    init() throws { fixture = try HookFixture() }

    private func expect(_ provider: MailProvider, _ body: String, _ meaning: Meaning) throws {
        let events = try fixture.events(provider, body)
        switch meaning {
        case .nothing: #expect(events == [], "\(body)")
        case .booked(let outcome, let reason, let rule):
            #expect(events.map(\.classification.outcome) == [outcome], "\(body)")
            #expect(events.map(\.classification.reason) == [reason], "\(body)")
            #expect(events.map(\.classification.rule) == [rule], "\(body)")
        }
    }

    @Test(
        "SES: the server's words decide, then its types",
        arguments: [
            (
                #""bounceType":"Permanent","bounceSubType":"General","#,
                #""status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 <ann@example.net>... User unknown""#,
                .booked(.bounced, .noSuchUser, "5m")
            ),
            (
                #""bounceType":"Permanent","bounceSubType":"General","#,
                #""diagnosticCode":"smtp; 550 5.7.1 Message blocked by policy""#, .booked(.rejected, .policy, "5n")
            ),
            (#""bounceType":"Permanent","bounceSubType":"General","#, "", .booked(.bounced, .hardBounce, "W1")),
            (#""bounceType":"Permanent","bounceSubType":"NoEmail","#, "", .booked(.bounced, .noSuchUser, "W1")),
            (
                #""bounceType":"Permanent","bounceSubType":"Suppressed","#,
                #""status":"5.1.1","diagnosticCode":"Amazon SES has suppressed sending to this address""#,
                .booked(.bounced, .providerSuppressed, "W1")
            ),
            (
                #""bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList","#,
                #""status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown""#,
                .booked(.bounced, .providerSuppressed, "W1")
            ),
            (#""bounceType":"Transient","bounceSubType":"General","#, "", .booked(nil, .unknown, "W1")),
            (
                #""bounceType":"Transient","bounceSubType":"General","#,
                #""diagnosticCode":"smtp; 452 4.2.2 Mailbox full""#, .booked(.softBounced, .mailboxFull, "P5")
            ),
            (
                #""bounceType":"Transient","bounceSubType":"General","#,
                #""diagnosticCode":"smtp; 421 4.7.0 Too many messages, slow down""#,
                .booked(.softBounced, .rateLimited, "P3")
            ),
            (
                #""bounceType":"Transient","bounceSubType":"MailboxFull","#, "",
                .booked(.softBounced, .mailboxFull, "W1")
            ),
            (
                #""bounceType":"Transient","bounceSubType":"AttachmentRejected","#, "",
                .booked(.rejected, .virusOrAttachment, "W1")
            ),
            (#""bounceType":"Transient","bounceSubType":"SomethingNew","#, "", .booked(nil, .unknown, "W1")),
            (
                #""bounceType":"Undetermined","bounceSubType":"Undetermined","#, "",
                .booked(.softBounced, .unknown, "W1")
            ),
            (
                #""bounceType":"Permanent","bounceSubType":"General","#, #""action":"delayed","status":"4.4.1""#,
                .booked(nil, .delayed, "N2")
            ),
        ] as [(String, String, Meaning)])
    private func sesBounces(types: String, recipient: String, meaning: Meaning) throws {
        try expect(
            .ses,
            """
            {"notificationType":"Bounce","bounce":{\(types)"timestamp":"2016-01-27T14:59:38.237Z","bouncedRecipients":
            [{"emailAddress":"ann@example.net"\(recipient.isEmpty ? "" : ",")\(recipient)}]},"mail":{"tags":{"postrider":["\(known)"]}}}
            """, meaning)
    }

    @Test(
        "SES: complaints, deliveries, delays, refusals, subscriptions",
        arguments: [
            (
                #""eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"ann@example.net"}],"complaintFeedbackType":"abuse"}"#,
                .booked(.spam, .complaint, "N3")
            ),
            (
                #""eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"ann@example.net"}],"complaintFeedbackType":"not-spam"}"#,
                .booked(nil, .otherFeedback, "N3")
            ),
            (
                #""eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"ann@example.net"}],"complaintSubType":"OnAccountSuppressionList"}"#,
                .booked(.spam, .providerSuppressed, "W1")
            ),
            (
                #""eventType":"Delivery","delivery":{"recipients":["ann@example.net"],"smtpResponse":"250 ok"}"#,
                .booked(.sent, .delivered, "N2")
            ),
            (
                #""eventType":"DeliveryDelay","deliveryDelay":{"delayedRecipients":[{"emailAddress":"ann@example.net","status":"4.4.1"}],"delayType":"TransientCommunicationFailure"}"#,
                .booked(nil, .delayed, "N2")
            ),
            (#""eventType":"Reject","reject":{"reason":"Bad content"}"#, .booked(.rejected, .virusOrAttachment, "W1")),
            (
                #""eventType":"Subscription","subscription":{"newTopicPreferences":{"unsubscribeAll":true}}"#,
                .booked(.unsubscribed, .optOut, "N3")
            ),
            (#""eventType":"Subscription","subscription":{"newTopicPreferences":{"unsubscribeAll":false}}"#, .nothing),
            (#""eventType":"Send","send":{}"#, .nothing), (#""eventType":"Open","open":{}"#, .nothing),
            (#""eventType":"Click","click":{}"#, .nothing),
            (#""eventType":"Rendering Failure","failure":{}"#, .nothing), (#""other":1"#, .nothing),
        ] as [(String, Meaning)])
    private func sesOthers(parts: String, meaning: Meaning) throws {
        try expect(
            .ses, "{\(parts),\"mail\":{\"destination\":[\"ann@example.net\"],\"tags\":{\"postrider\":[\"\(known)\"]}}}",
            meaning)
    }

    /// A token, since what only confirms is believed of our own messages alone.
    private var known: String { fixture.token }

    @Test(
        "SendGrid",
        arguments: [
            (
                #""event":"bounce","reason":"550 5.1.1 No such user","status":"5.1.1","type":"bounce""#,
                .booked(.bounced, .noSuchUser, "5m")
            ),
            (
                #""event":"bounce","reason":"500 unknown recipient","status":"5.0.0","type":"bounce""#,
                .booked(.bounced, .noSuchUser, "5m")
            ),
            (
                #""event":"bounce","reason":"550 5.7.1 blocked using Spamhaus","type":"blocked","bounce_classification":"Reputation""#,
                .booked(.bounced, .senderBlocked, "5f")
            ),
            (
                #""event":"bounce","reason":"unable to get mx info","type":"blocked","bounce_classification":"Unclassified""#,
                .booked(.softBounced, .unknown, "W1")
            ),
            (
                #""event":"bounce","reason":"554 something","type":"bounce","bounce_classification":"Invalid Address""#,
                .booked(.bounced, .noSuchUser, "W1")
            ),
            (#""event":"bounce","type":"bounce""#, .booked(.bounced, .hardBounce, "W1")),
            (
                #""event":"bounce","reason":"451 4.3.0 try again later","type":"blocked","bounce_classification":"Frequency/Volume""#,
                .booked(.softBounced, .rateLimited, "W1")
            ),
            (#""event":"bounce","type":"expired""#, .booked(.softBounced, .expired, "W1")),
            (
                #""event":"dropped","reason":"Bounced Address","status":"5.0.0""#,
                .booked(.bounced, .providerSuppressed, "W1")
            ),
            (#""event":"dropped","reason":"Spam Reporting Address""#, .booked(.spam, .providerSuppressed, "W1")),
            (#""event":"dropped","reason":"Unsubscribed Address""#, .booked(.unsubscribed, .providerSuppressed, "W1")),
            (#""event":"dropped","reason":"Something New""#, .booked(.rejected, .policy, "W1")),
            (#""event":"deferred","response":"450 4.2.1 try later","attempt":"5""#, .booked(nil, .delayed, "N2")),
            (#""event":"delivered","response":"250 OK""#, .booked(.sent, .delivered, "N2")),
            (#""event":"spamreport""#, .booked(.spam, .complaint, "N3")),
            (#""event":"unsubscribe""#, .booked(.unsubscribed, .optOut, "N3")),
            (#""event":"group_unsubscribe","asm_group_id":10"#, .booked(.unsubscribed, .optOut, "N3")),
            (#""event":"group_resubscribe""#, .nothing), (#""event":"processed""#, .nothing),
            (#""event":"open","useragent":"x""#, .nothing), (#""event":"click","url":"x""#, .nothing),
            (#""event":"account_status_change","type":"compliance_suspend""#, .nothing), (#""event":7"#, .nothing),
        ] as [(String, Meaning)])
    private func sendgrid(parts: String, meaning: Meaning) throws {
        try expect(
            .sendgrid,
            #"[{"email":"ann@example.net","timestamp":1433333949,"sg_event_id":"e","sg_message_id":"m","postrider":"\#(known)",\#(parts)}]"#,
            meaning)
    }

    @Test(
        "Mailgun",
        arguments: [
            (
                #""event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":"5.1.1 The email account that you tried to reach does not exist."}"#,
                .booked(.bounced, .noSuchUser, "5m")
            ),
            (
                #""event":"failed","severity":"permanent","reason":"generic","delivery-status":{"code":552,"enhanced-code":"5.2.2","message":"mailbox full"}"#,
                .booked(.softBounced, .mailboxFull, "P5")
            ),
            (
                #""event":"failed","severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605,"message":"","description":"Not delivering to previously bounced address"}"#,
                .booked(.bounced, .providerSuppressed, "W1")
            ),
            (
                #""event":"failed","severity":"permanent","reason":"suppress-complaint","delivery-status":{"code":607}"#,
                .booked(.spam, .providerSuppressed, "W1")
            ),
            (
                #""event":"failed","severity":"permanent","reason":"suppress-unsubscribe","delivery-status":{"code":606}"#,
                .booked(.unsubscribed, .providerSuppressed, "W1")
            ),
            (
                #""event":"failed","severity":"permanent","reason":"old","delivery-status":{"code":602,"description":"Too old"}"#,
                .booked(.softBounced, .expired, "W1")
            ),
            (
                #""event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"bounce-type":"hard","message":"no"}"#,
                .booked(.bounced, .hardBounce, "W1")
            ),
            (
                #""event":"failed","severity":"temporary","reason":"greylisted","delivery-status":{"code":450,"message":"Greylisted"}"#,
                .booked(nil, .delayed, "N2")
            ),
            (
                #""event":"rejected","reject":{"reason":"Sandbox subdomains are for test purposes only."}"#,
                .booked(.rejected, .policy, "W1")
            ),
            (#""event":"delivered","delivery-status":{"code":250,"message":"OK"}"#, .booked(.sent, .delivered, "N2")),
            (#""event":"complained""#, .booked(.spam, .complaint, "N3")),
            (#""event":"unsubscribed""#, .booked(.unsubscribed, .optOut, "N3")), (#""event":"accepted""#, .nothing),
            (#""event":"opened""#, .nothing), (#""event":"clicked""#, .nothing), (#""event":"stored""#, .nothing),
        ] as [(String, Meaning)])
    private func mailgun(parts: String, meaning: Meaning) throws {
        try expect(
            .mailgun,
            #"{"event-data":{"id":"i","timestamp":1433333949.5,"recipient":"ann@example.net","user-variables":{"postrider":"\#(known)"},\#(parts)}}"#,
            meaning)
    }

    @Test(
        "Postmark",
        arguments: [
            (
                #""RecordType":"Bounce","Type":"HardBounce","TypeCode":1,"Details":"smtp;550 5.1.1 The email account that you tried to reach does not exist.""#,
                .booked(.bounced, .noSuchUser, "5m")
            ),
            (#""RecordType":"Bounce","Type":"HardBounce","Details":"""#, .booked(.bounced, .hardBounce, "W1")),
            (#""RecordType":"Bounce","TypeCode":1"#, .booked(.bounced, .hardBounce, "W1")),
            (
                #""RecordType":"Bounce","Type":"SoftBounce","Details":"smtp;452 4.2.2 mailbox full""#,
                .booked(.softBounced, .mailboxFull, "P5")
            ),
            (#""RecordType":"Bounce","Type":"SoftBounce""#, .booked(.softBounced, .mailboxUnavailable, "W1")),
            (#""RecordType":"Bounce","Type":"Transient""#, .booked(nil, .delayed, "N2")),
            (#""RecordType":"Bounce","Type":"DnsError""#, .booked(.softBounced, .dnsTemporary, "W1")),
            (#""RecordType":"Bounce","Type":"SpamNotification""#, .booked(.spam, .spamContent, "W1")),
            (
                #""RecordType":"Bounce","Type":"AutoResponder","Details":"I am on leave""#,
                .booked(nil, .automaticReply, "W1")
            ),
            (#""RecordType":"Bounce","Type":"ManuallyDeactivated""#, .booked(.bounced, .providerSuppressed, "W1")),
            (#""RecordType":"Bounce","Type":"DMARCPolicy""#, .booked(.rejected, .senderAuthentication, "W1")),
            (#""RecordType":"Bounce","Type":"Unsubscribe""#, .booked(.unsubscribed, .optOut, "N3")),
            (#""RecordType":"Bounce","Type":"Subscribe""#, .nothing),
            (#""RecordType":"Bounce","Type":"SomethingNew""#, .booked(.softBounced, .unknown, "N1")),
            (#""RecordType":"SpamComplaint","Type":"SpamComplaint""#, .booked(.spam, .complaint, "N3")),
            (#""RecordType":"Delivery","Details":"250 ok""#, .booked(.sent, .delivered, "N2")),
            (
                #""RecordType":"SubscriptionChange","SuppressSending":true,"SuppressionReason":"ManualSuppression","Origin":"Recipient""#,
                .booked(.unsubscribed, .optOut, "N3")
            ),
            (
                #""RecordType":"SubscriptionChange","SuppressSending":true,"SuppressionReason":"ManualSuppression","Origin":"Admin""#,
                .booked(.unsubscribed, .providerSuppressed, "W1")
            ),
            (#""RecordType":"SubscriptionChange","SuppressSending":true,"SuppressionReason":"HardBounce""#, .nothing),
            (#""RecordType":"SubscriptionChange","SuppressSending":false,"SuppressionReason":null"#, .nothing),
            (#""RecordType":"Open""#, .nothing), (#""RecordType":"Click""#, .nothing),
            (#""RecordType":"Inbound""#, .nothing),
        ] as [(String, Meaning)])
    private func postmark(parts: String, meaning: Meaning) throws {
        try expect(
            .postmark,
            #"{"ID":42,"MessageID":"883953f4","Email":"ann@example.net","Metadata":{"postrider":"\#(known)"},\#(parts)}"#,
            meaning)
    }

    @Test(
        "Mailjet",
        arguments: [
            (
                #""event":"bounce","hard_bounce":true,"error_related_to":"recipient","error":"user unknown""#,
                .booked(.bounced, .noSuchUser, "W1")
            ),
            (
                #""event":"bounce","hard_bounce":true,"error":"mailbox inactive","comment":"550 5.2.1 mailbox disabled""#,
                .booked(.bounced, .mailboxDisabled, "5i")
            ),
            (
                #""event":"bounce","hard_bounce":false,"error":"quota exceeded""#,
                .booked(.softBounced, .mailboxFull, "W1")
            ),
            (#""event":"bounce","hard_bounce":false,"error":"greylisted""#, .booked(nil, .delayed, "N2")),
            (#""event":"bounce","hard_bounce":true,"error":"greylisted""#, .booked(.softBounced, .greylisted, "W1")),
            (#""event":"bounce","hard_bounce":true"#, .booked(.bounced, .hardBounce, "W1")),
            (#""event":"bounce","hard_bounce":false,"error":"something new""#, .booked(.softBounced, .unknown, "W1")),
            (
                #""event":"blocked","error_related_to":"mailjet","error":"preblocked""#,
                .booked(.bounced, .providerSuppressed, "W1")
            ),
            (#""event":"blocked","error":"user unknown""#, .booked(.bounced, .noSuchUser, "W1")),
            (#""event":"blocked","error":"duplicate in campaign""#, .booked(nil, .duplicate, "W1")),
            (#""event":"spam","source":"JMRPP""#, .booked(.spam, .complaint, "N3")),
            (#""event":"unsub","mj_list_id":1"#, .booked(.unsubscribed, .optOut, "N3")),
            (
                #""event":"sent","smtp_reply":"sent (250 2.0.0 OK 1433333948 fa5si855896wjc.199 - gsmtp)""#,
                .booked(.sent, .delivered, "N2")
            ),
            (#""event":"open""#, .nothing), (#""event":"click""#, .nothing),
        ] as [(String, Meaning)])
    private func mailjet(parts: String, meaning: Meaning) throws {
        try expect(
            .mailjet,
            #"{"time":1433333949,"MessageID":19421777835146490,"email":"ann@example.net","CustomID":"\#(known)",\#(parts)}"#,
            meaning
        )
    }

    @Test("a provider's own terms say each thing once, and give reasons that are known")
    func table() {
        for provider in MailProvider.allCases {
            let terms = ProviderVerdict.table.filter { $0.provider == provider }.map { $0.term.lowercased() }
            #expect(!terms.isEmpty)
            #expect(Set(terms).count == terms.count, "\(provider)")
        }
        for row in ProviderVerdict.table {
            // Nobody tries again but us, and only what is Soft Bounced.
            #expect(row.verdict.outcome != .deferred && row.verdict.outcome != .queued, "\(row.term)")
        }
    }
}
