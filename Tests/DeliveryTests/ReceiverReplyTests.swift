import Delivery
import Testing

/// Replies as the large receivers and the common filters word them: each row is the rule, the phase and the reply.
@Suite("What large receivers answer")
struct ReceiverReplyTests {
    static let rows: [(rule: String, phase: DeliveryPhase, reply: String)] = [
        (
            "5c", .dot,
            "550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM. Authentication results: DKIM = did not pass SPF [example.org] with ip: [192.0.2.1] = did not pass"
        ),
        (
            "P3", .dot,
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your SPF domain [example.org 35]. To protect our users from spam, mail sent from your domain has been temporarily rate limited."
        ),
        (
            "5h", .dot,
            "550-5.7.1 [192.0.2.1 12] Gmail has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked."
        ),
        (
            "5a", .dot,
            "552-5.7.0 This message was blocked because its content presents a potential security issue. Please visit https://support.google.com/mail/?p=BlockedMessage"
        ),
        (
            "P5", .rcpt,
            "452-4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaTemp"
        ),
        (
            "P5", .rcpt,
            "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please direct the recipient to"
        ),
        (
            "5m", .rcpt,
            "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces."
        ),
        ("5i", .rcpt, "550-5.2.1 The email account that you tried to reach is inactive. For more information, go to"),
        (
            "4b", .dot,
            "421-4.7.0 This message is suspicious due to the nature of the content or the links within. To best protect our users from spam, the message has been blocked."
        ),
        ("4b", .rcpt, "421-4.7.0 IP not in whitelist for RCPT domain, closing connection."),
        ("4b", .connect, "421-4.7.0 Try again later, closing connection."),
        ("P7", .dot, "552-5.3.4 Your message exceeded Google's message size limits."),
        (
            "5g", .dot,
            "550-5.7.1 This message is not RFC 5322 compliant, the issue is: duplicate headers. To reduce the amount of spam sent to Gmail, this message has been blocked."
        ),
        (
            "5g", .dot,
            "550-5.7.1 [192.0.2.1] Messages missing a valid address in From: header, or having no From: header, are not accepted."
        ),
        (
            "5n", .rcpt,
            "550-5.7.1 The user or domain that you are sending to (or from) has a policy that prohibited the mail that you sent."
        ),
        ("4b", .dot, "451-4.3.0 Mail server temporarily rejected message."),
        ("4b", .rcpt, "451 4.4.2 Timeout - closing connection"),
        ("P3", .dot, "550 5.4.5 Daily SMTP relay sending limit exceeded for customer"),
        ("5c", .mail, "550 5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 5.7.23"),
        (
            "P3", .mail,
            "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775)"
        ),
        (
            "4b", .mail,
            "451 4.7.651 The mail server [192.0.2.1] has been temporarily blocked due to IP reputation (S3150)"
        ),
        (
            "P2", .rcpt,
            "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors"
        ),
        (
            "5f", .rcpt,
            "550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal from this list please forward this message to delist@messaging.microsoft.com"
        ),
        (
            "5f", .rcpt,
            "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit https://sender.office.com/"
        ),
        ("5n", .dot, "550 5.7.705 Access denied, tenant has exceeded threshold."),
        ("5f", .dot, "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP."),
        ("P3", .mail, "550 5.7.508 Access denied, [192.0.2.1] has exceeded permitted limits within 1 hour range"),
        ("5m", .rcpt, "550 5.1.21 ADR.InvalidRecipient; cannot deliver to this recipient"),
        (
            "P5", .dot,
            "554 5.2.0 STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message"
        ),
        (
            "5f", .dot,
            "550-5.7.1 [192.0.2.1 19] Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP address."
        ),
        (
            "5f", .rcpt,
            "554 5.7.1 Mail from 192.0.2.1 rejected by Barracuda Reputation. See http://www.barracudanetworks.com/reputation/?ip=192.0.2.1"
        ),
        ("5f", .rcpt, "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected."),
        (
            "5f", .dot,
            "550 OU-002 Unfortunately, messages from 192.0.2.1 weren't sent. Please contact your Internet service provider"
        ),
        ("5c", .mail, "550 5.7.0 Please see http://www.openspf.net/Why?s=mfrom;id=a@example.org;ip=192.0.2.1"),
        ("5e", .rcpt, "550 Verification failed for <a@example.org>"),
        ("5a", .dot, "554 5.7.0 Reject, id=04-16 - BANNED: .exe"),
        ("5k", .rcpt, "550 we do not accept mail for this domain"),
        ("5n", .rcpt, "550 The recipient has rejected your mail"),
        ("P6", .rcpt, "554 5.3.0 Mail server full"),
        (
            "5n", .dot,
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group"
        ),
        ("5n", .dot, "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized"),
        ("P7", .dot, "550 5.3.4 MSEXCH:MTA:... ROUTING.SizeLimit; message size exceeds fixed maximum size for route"),
        ("P7", .dot, "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"),
        (
            "P5", .dot,
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException; Failed to process message due to a permanent exception"
        ),
        ("4b", .dot, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"),
        (
            "P3", .dot,
            "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information"
        ),
        ("4b", .rcpt, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719) AS(843)"),
        ("5o", .dot, "554 5.4.14 Hop count exceeded - possible mail loop ATTR34"),
        ("5k", .rcpt, "550 5.7.64 TenantAttribution; Relay Access Denied [x.mail.protection.outlook.com]"),
        (
            "5c", .dot,
            "550 5.7.509 Access denied, sending domain EXAMPLE.ORG does not pass DMARC verification and has a DMARC policy of reject."
        ),
        ("5n", .rcpt, "550 5.7.124 RESOLVER.RST.SenderNotInAllowedSendersList; sender not in allowed-senders list"),
        (
            "P3", .connect,
            "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit, closing transmission channel"
        ),
        (
            "4b", .rcpt,
            "450 4.7.0 Proxy session setup failed on Frontend with '451 4.4.0 Primary target IP address responded with"
        ),
        (
            "P1", .connect,
            "553 5.7.1 [BL23] Connections not accepted from IP addresses on Spamhaus XBL; see http://postmaster.yahoo.com/errors/550-bl23.html"
        ),
        (
            "5n", .dot,
            "554 Message not allowed - [PH01] Email not accepted for policy reasons. Please visit https://postmaster.yahooinc.com/error-codes"
        ),
        (
            "5m", .dot,
            "554 delivery error: dd This user doesn't have a yahoo.com account (nobody@yahoo.com) [-5] - mta1091.mail.ne1.yahoo.com"
        ),
        ("5m", .rcpt, "552 1 Requested mail action aborted, mailbox not found"),
        ("4b", .rcpt, "421 4.7.0 [GL01] Message from (192.0.2.1) temporarily deferred - 4.16.50."),
        ("5m", .rcpt, "550 5.1.1 <nobody@icloud.com>: user does not exist"),
        ("P5", .rcpt, "552 5.2.2 <nobody@icloud.com>: user is over quota"),
        (
            "5n", .dot,
            "554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137"
        ),
        (
            "5c", .dot,
            "554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks. See https://support.apple.com/en-us/HT204137"
        ),
        ("P3", .rcpt, "450 4.2.2 too many emails sent to this recipient"),
        (
            "5m", .rcpt,
            "550 Message was not accepted -- invalid mailbox.  Local mailbox nobody@mail.ru is unavailable: user not found"
        ),
        (
            "5i", .rcpt,
            "550 Message was not accepted -- invalid mailbox.  Local mailbox nobody@mail.ru is unavailable: user is terminated"
        ),
        (
            "5i", .rcpt,
            "550 Message was not accepted -- invalid mailbox. Local mailbox nobody@mail.ru is unavailable: account is disabled"
        ),
        (
            "5h", .dot,
            "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=xxxx or report details to abuse@corp.mail.ru. Error code: XX"
        ),
        ("P3", .dot, "450 Ratelimit exceeded for mailbox nobody@mail.ru. Try again later."),
        ("4a", .rcpt, "450 4.7.1 Greylisting in action, please come back later"),
        ("5m", .rcpt, "550 5.7.1 No such user!"),
        ("5h", .dot, "554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc"),
        ("P3", .rcpt, "451 4.5.1 The recipient <x@yandex.ru> has exceeded their message rate limit. Try again later."),
        ("P3", .mail, "421 4.7.0 Too many connections from 192.0.2.1, try again later"),
        (
            "5h", .dot,
            "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726"
        ),
        ("5m", .rcpt, "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000728"),
        (
            "P3", .mail,
            "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725"
        ),
        ("P3", .mail, "550 Connection frequency limited"),
        ("P3", .mail, "550 Domain frequency limited. http://service.mail.qq.com"),
        ("5c", .mail, "550 SPF check failed. http://service.mail.qq.com"),
        ("5h", .mail, "554 DT:SPM 163 smtp5,C8CowAD Please see http://mail.163.com/help/help_spam_16.htm"),
        ("5m", .rcpt, "550 User not found: nobody@163.com"),
        ("5i", .rcpt, "550 User suspended: nobody@163.com"),
        (
            "5m", .rcpt,
            "550 Requested action not taken: mailbox unavailable\nFor explanation visit https://postmaster.gmx.net/de/error-messages?ip=192.0.2.1&c=rsbl"
        ),
        (
            "P1", .connect,
            "554-gmx.net (mxgmx116) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is black listed.\n554 For explanation visit http://postmaster.gmx.com"
        ),
        (
            "5n", .dot,
            "554-Transaction failed\n554-Reject due to policy restrictions.\n554 For explanation visit https://postmaster.1und1.de/en/case?c=hi&i=ip&v=192.0.2.1"
        ),
        (
            "4b", .connect,
            "421-web.de (mxweb011) Nemesis ESMTP Service not available\n421-Service closing transmission channel\n421 try again later"
        ),
        ("P1", .connect, "554-web.de Nemesis ESMTP Service not available\n554-Bad DNS PTR resource record."),
        (
            "P5", .rcpt,
            "552 Requested mail action aborted: exceeded storage allocation For explanation visit https://postmaster.gmx.net/"
        ),
        ("5m", .rcpt, "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]"),
        (
            "P1", .connect,
            "550 mwinf5c04 ME Adresse IP source bloquee pour incident de spam. Client host blocked for spamming issues. OFR006_102 Ref http://csi.cloudmark.com"
        ),
        ("5m", .rcpt, "550 5.1.1 unknown or illegal alias: nobody@free.fr"),
        ("4b", .rcpt, "451 too many errors from your ip (192.0.2.1), please visit http://postmaster.free.fr/"),
        ("4b", .rcpt, "421 Too many spams from your IP (192.0.2.1), please visit http://postmaster.free.fr/"),
        ("5m", .rcpt, "550 5.5.0 Boite du destinataire archivee. Archived recipient. LPN007_420"),
        (
            "P1", .connect,
            "550 smtp-16.iol.local IP blacklisted by CSI. For remediation please use http://csi.cloudmark.com/reset-request/?ip=192.0.2.1"
        ),
        ("P5", .rcpt, "552 RCPT TO:<nobody@alice.it> Mailbox disk quota exceeded"),
        ("5m", .rcpt, "550 5.1.1 Not our Customer"),
        (
            "P1", .connect,
            "554 resimta-po-01v.sys.comcast.net comcast 192.0.2.1 found on one or more DNSBLs, see http://postmaster.comcast.net/smtp-error-codes.php#BL000001"
        ),
        (
            "P3", .mail,
            "421 4.1.0 192.0.2.1 Throttled - try again later. Please see https://postmaster.comcast.net/smtp-error-codes.php#RL000001"
        ),
        ("5m", .rcpt, "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc.us123]"),
        ("5c", .rcpt, "550 SPF Sender Invalid - envelope rejected - https://community.mimecast.com"),
        (
            "5n", .rcpt,
            "550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550"
        ),
        ("5n", .rcpt, "550 Rejected by header based manually Blocked Senders: a@b - https://community.mimecast.com"),
        ("5c", .dot, "550 DMARC Sender Invalid - envelope rejected"),
        ("5c", .dot, "550 Rejected by header-based Anti-Spoofing policy: a@b - https://community.mimecast.com"),
        ("P1", .connect, "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1"),
        (
            "5f", .rcpt,
            "554 Service unavailable; Client host [mail.example.org] blocked by bb.barracudacentral.org; http://www.barracudanetworks.com/reputation/?pr=1&ip=192.0.2.1"
        ),
        ("5h", .dot, "554 rejected due to spam content"),
        ("5m", .rcpt, "550 #5.1.0 Address rejected."),
        ("P7", .dot, "552 #5.3.4 message size exceeds limit"),
        ("5e", .mail, "553 #5.1.8 Domain of sender address <x@y> does not exist"),
        ("5m", .rcpt, "511 sorry, no mailbox here by that name (#5.1.1 - chkuser)"),
        ("5k", .rcpt, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        ("5p", .dot, "554 mail server permanently rejected message (#5.3.0)"),
        ("5m", .rcpt, "550 5.1.1 <nobody@example.net>... User unknown"),
        ("5i", .rcpt, "550 5.2.1 <nobody@example.net>... Mailbox disabled for this recipient"),
        ("5e", .mail, "553 5.5.4 <x>... Domain name required for sender address x"),
        ("4d", .mail, "451 4.1.8 Domain of sender address x@example.org does not resolve"),
        ("P3", .connect, "421 4.3.2 Connection rate limit exceeded."),
        ("5o", .data, "554 5.5.0 No recipients have been specified."),
        ("5o", .dot, "554 5.4.6 Too many hops 26 (25 max)"),
        ("5k", .rcpt, "550 5.7.1 <x@y>... Relaying denied. Proper authentication required."),
        ("5k", .rcpt, "550 5.7.1 <x@y>... Relaying denied. IP name lookup failed [192.0.2.1]"),
        ("P5", .rcpt, "452 4.2.2 Over quota"),
        ("5m", .rcpt, "550 5.1.1 <nobody@zimbra.example>: Recipient address rejected: zimbra.example"),
        ("5h", .dot, "550 5.7.1 Blocked by SpamAssassin"),
        ("5h", .dot, "554 5.7.1 Gtube pattern"),
        ("4a", .dot, "451 4.7.1 Greylisted, please try again after 300 seconds"),
        ("5h", .dot, "554 5.7.0 Reject, id=12345-01 - SPAM"),
        ("5a", .dot, "554 5.7.0 Reject, id=12345-01 - BANNED: application/octet-stream,.exe"),
        ("5g", .dot, "554 5.7.0 Reject, id=12345-01 - BAD-HEADER"),
        ("5a", .dot, "550 5.7.1 virus Eicar-Signature detected by ClamAV - http://www.clamav.net"),
        ("5h", .dot, "550 This message scored 12.3 spam points. Congratulations!"),
        (
            "5m", .rcpt,
            "550 5.1.1 Recipient address rejected: undeliverable address: host mail.example.net[192.0.2.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command)"
        ),
        (
            "4c", .rcpt,
            "450 4.1.1 Recipient address rejected: unverified address: connect to mail.example.net[192.0.2.9]:25: Connection refused"
        ),
        ("5l", .rcpt, "550 5.1.2 Recipient address rejected: Domain not found"),
        ("4c", .rcpt, "450 4.1.2 Recipient address rejected: Domain not found"),
        ("5e", .mail, "550 5.1.8 Sender address rejected: Domain not found"),
        ("5c", .rcpt, "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"),
        ("5f", .rcpt, "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"),
        ("4b", .rcpt, "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]"),
        ("P7", .dot, "552 Mensagem muito grande"),
    ]

    @Test("a receiver's own words get the rule of their row", arguments: rows)
    func rule(rule: String, phase: DeliveryPhase, reply: String) {
        #expect(OutcomeClassifier.standard.classify(SMTPReply(parsing: reply), phase: phase).rule == rule)
    }
}
