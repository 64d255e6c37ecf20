import Testing

@testable import MailMessage

@Suite("The MIME reader")
struct MIMEEntityTests {
    private static func entity(_ text: String) -> MIMEEntity { MIMEEntity(reading: Array(text.utf8)[...]) }

    @Test(
        "a header is read as it was probably meant",
        arguments: [
            ("Subject: one\n two\n\tthree\n\nbody", "one two three"),
            ("From VM Tue Feb 20 2001\nSubject: x\n\nbody", "x"),
            ("\n\nSubject: x\n\nbody", "x"),
            ("subject : x\n\nbody", "x"),
            ("Subject:x\nno field at all\nTo: y\n\nbody", "x"),
            ("Subject: =?utf-8?Q?a_b?= =?utf-8?Q?c?=\n\nbody", "a bc"),
            ("Subject: =?ISO-2022-JP?B?GyRCJWEhPCVrGyhC?=\n\nbody", "メール"),
            ("Subject: =?iso-8859-1*fr?q?d=E9j=E0?= vu\n\nbody", "déjà vu"),
            ("Subject: =?broken?\n\nbody", "=?broken?"),
        ])
    func headers(message: String, subject: String) {
        let entity = Self.entity(message)
        #expect(entity.header.text("subject") == subject)
        #expect(entity.body.text == "body")
    }

    @Test("a body may begin without the blank line")
    func missingBlankLine() {
        let entity = Self.entity("Subject: x\nThis is the text\nof a message")
        #expect(entity.body.text == "This is the text\nof a message")
    }

    @Test(
        "parameters are read with quotes, comments, parts and careless folding",
        arguments: [
            #"Content-Type: multipart/mixed; boundary="a b""#,
            #"Content-Type: multipart/mixed ; boundary = "a b" ; x=y"#,
            "Content-Type: MULTIPART/Mixed;\nboundary=\"a b\"",
            #"Content-Type: multipart/mixed; BOUNDARY*0="a "; boundary*1=b"#,
        ])
    func parameters(header: String) {
        let entity = Self.entity(header + "\n\n--a b\n\none\n--a b\n\ntwo\n--a b--\nepilogue")
        #expect(entity.contentType.boundary == Array("a b".utf8))
        #expect(entity.parts.map(\.body.text) == ["one", "two"])
    }

    @Test("a boundary that begins another one is not taken for it")
    func nestedBoundaries() {
        let entity = Self.entity(
            """
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: multipart/alternative; boundary=b1

            --b1

            one
            --b1
            Content-Type: text/html

            two
            --b1--
            --b

            three
            """)
        #expect(entity.leaves.map(\.body.text) == ["one", "two", "three"])
        #expect(entity.leaves.map(\.contentType.subtype) == ["plain", "html", "plain"])
    }

    @Test("the parts of a message within the message are not looked at; a digest holds messages")
    func messages() {
        let entity = Self.entity(
            "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\ny\n--c--\n--b--\n"
        )
        #expect(entity.leaves.count == 1)
        #expect(entity.leaves.first?.contentType.isMessage == true)
    }

    @Test(
        "broken transfer encodings are decoded as far as they go",
        arguments: [
            ("quoted-printable", "a=3Db=\n c=ZZ=4", "a=b c=ZZ=4"), ("Quoted-Printable", "a= \r\nb=", "ab"),
            ("base64", "aGVs\n bG8", "hello"), ("base64", "aGVsbG8=aGVsbG8=", "hellohello"), ("base64", "a", ""),
            ("7bit", "=41", "=41"), ("x-unknown", "YQ==", "YQ=="),
        ])
    func transferEncodings(encoding: String, body: String, text: String) {
        #expect(Self.entity("Content-Transfer-Encoding: \(encoding)\n\n\(body)").decodedBody.text == text)
    }

    @Test(
        "text of any character set becomes UTF-8",
        arguments: [
            ("iso-8859-1", [0x66, 0xFC, 0x72], "für"), ("windows-1252", [0x80], "€"), ("utf-8", [0xC3, 0xBC], "ü"),
            ("us-ascii", [0xC3, 0xBC], "ü"), ("", [0xFC], "ü"),
            ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x25, 0x61, 0x1B, 0x28, 0x42], "メ"),
            ("", [0x1B, 0x24, 0x42, 0x25, 0x61, 0x1B, 0x28, 0x42], "メ"), ("koi8-r", [0xC1], "а"),
            ("Shift_JIS", [0x83, 0x81], "メ"),
            ("gb2312", [0xC4, 0xE3], "你"), ("utf-7", Array("+AOk-".utf8), "é"), ("utf-16be", [0x00, 0x41], "A"),
            ("no-such-set", [0xFC], "ü"), ("utf-8//TRANSLIT", [0x41], "A"), ("euc-jp", [0xA5], "\u{FFFD}"),
        ] as [(String, [UInt8], String)])
    func charsets(charset: String, bytes: [UInt8], text: String) {
        #expect(CharsetDecoder.utf8(bytes[...], charset: charset).text == text)
    }

    @Test("HTML becomes lines; addresses in angle brackets stay")
    func html() {
        let html =
            "<head><title>x</title></head><!-- a > b --><p>to <a@example.org></p>1 < 2 &amp; &#x41;&#66;&lt;<br/>end<script>no</script>"
        let lines = HTMLReader.text(of: Array(html.utf8)[...])[...].text.split(separator: "\n").map(String.init)
        #expect(lines == ["to <a@example.org>", "1 < 2 & AB<", "end"])
    }
}
