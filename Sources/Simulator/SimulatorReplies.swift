import Delivery

/// What the simulated servers say, in the words of real ones.
enum SimulatorReplies {
    static func noSuchUser(_ address: String) -> SMTPReply {
        reply(550, (5, 1, 1), "<\(address)>: Recipient address rejected: User unknown in virtual mailbox table")
    }

    static func mailboxFull(_ address: String) -> SMTPReply {
        reply(552, (5, 2, 2), "<\(address)>: The email account that you tried to reach is over quota: mailbox full")
    }

    static let tooBig = reply(552, (5, 3, 4), "Message size exceeds fixed limit of this mailbox")
    static let spam = reply(
        554, (5, 7, 1), "Message rejected: its content looks like spam (unsolicited bulk mail)")
    static let unauthenticated = reply(
        550, (5, 7, 26),
        "Unauthenticated email is not accepted due to the domain's DMARC policy: neither SPF nor DKIM passed")
    static let greylisted = reply(450, (4, 2, 0), "Recipient address rejected: Greylisted, please try again later")
    static let deferred = reply(451, (4, 3, 0), "Temporary server error, please try again later")
    static let throttled = reply(421, (4, 7, 0), "Too many messages from your host, slow down; closing the connection")
    static let limited = reply(451, (4, 7, 1), "Too many messages from your host in a second, try again later")

    static func blocked(_ client: String) -> SMTPReply {
        reply(
            554, (5, 7, 1),
            "Service unavailable; Client host [\(client)] blocked using bl.blocklist.example; "
                + "https://bl.blocklist.example/query/ip/\(client)")
    }

    static func accepted(_ number: UInt64) -> SMTPReply {
        reply(250, (2, 0, 0), "Ok: queued as \(String(0xA000_0000 + number, radix: 16, uppercase: true))")
    }

    private static func reply(_ code: UInt16, _ status: (UInt8, UInt16, UInt16), _ text: String) -> SMTPReply {
        SMTPReply(code: code, enhancedStatus: EnhancedStatusCode(status.0, status.1, status.2), text: text)
    }
}
