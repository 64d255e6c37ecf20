import Delivery
import Testing

@Suite("Replies as text")
struct SMTPReplyTests {
    static let samples: [(text: String, code: UInt16, status: String?, words: String)] = [
        ("550 5.1.1 <x@y>: User unknown", 550, "5.1.1", "<x@y>: User unknown"),
        ("550-5.1.1 first\n550 5.1.1 second", 550, "5.1.1", "first\nsecond"),
        ("550-5.1.1 first\r\n550 5.1.1 second\r\n", 550, "5.1.1", "first\nsecond"),
        ("550-5.1.1 first\\n550 5.1.1 second", 550, "5.1.1", "first\nsecond"),
        ("550-first\n550 second", 550, nil, "first\nsecond"),
        ("550-5.1.1 first\n550 5.7.1 second", 550, "5.1.1", "first\n5.7.1 second"),
        ("550-first\n450 second", 550, nil, "first\n450 second"),
        ("550 #5.1.0 Address rejected.", 550, "5.1.0", "Address rejected."),
        ("550 (5.1.1) none", 550, "5.1.1", "none"),
        ("550 5.1.1: none", 550, "5.1.1", "none"),
        ("smtp; 550 5.1.1 none", 550, "5.1.1", "none"),
        ("  \r\n 250 2.0.0 Ok: queued as 4F  ", 250, "2.0.0", "Ok: queued as 4F"),
        ("250", 250, nil, ""),
        ("421 4.7.28", 421, "4.7.28", ""),
        ("5.1.1 User unknown", 0, "5.1.1", "User unknown"),
        ("User unknown", 0, nil, "User unknown"),
        ("", 0, nil, ""),
        ("550 5.1.1.example.net rejects", 550, nil, "5.1.1.example.net rejects"),
        ("5500 people", 0, nil, "5500 people"),
        ("192 no code", 0, nil, "192 no code"),
        ("550 1.2.3 version", 550, nil, "1.2.3 version"),
        ("host mx[192.0.2.1] said: 550 5.1.1 none", 550, "5.1.1", "host mx[192.0.2.1] said: 550 5.1.1 none"),
    ]

    @Test("codes are read from the first line, and repetitions dropped", arguments: samples)
    func parses(text: String, code: UInt16, status: String?, words: String) {
        let reply = SMTPReply(parsing: text)
        #expect(reply.code == code)
        #expect(reply.enhancedStatus?.description == status)
        #expect(reply.text == words)
    }

    @Test("a reply that is printed and read again is the same")
    func roundTrip() {
        for reply in [
            SMTPReply(code: 550, enhancedStatus: EnhancedStatusCode(5, 1, 1), text: "a\nb"),
            SMTPReply(code: 250, text: ""), SMTPReply(code: 421, text: "4 things"),
        ] {
            #expect(SMTPReply(parsing: reply.description) == reply)
        }
    }
}
