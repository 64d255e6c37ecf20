extension SMTPReply {
    /// Reads a reply as people and logs write it: one line or several, with or without codes.
    ///
    /// - The code and the enhanced status code are taken from the first line; the same ones are dropped from later
    ///   lines. Outer white space, `smtp;` (the type of a Diagnostic-Code field, RFC 3464 §2.3.6) and a `#` or
    ///   brackets round the enhanced status code are ignored. A line end may also be written as `\n`.
    /// - A text without a code that quotes a server (`host mx.example said: 550 5.1.1 …`) gets the quoted codes and
    ///   keeps all its words.
    /// - Any other text without a code has the ``code`` 0; its class is then that of the enhanced status code, and
    ///   without one it is up to the words.
    public init(parsing text: String) {
        var lines = Self.lines(of: text)
        if let first = lines.first, first.lowercased().hasPrefix("smtp;") {
            lines[0] = Self.trimmed(first.dropFirst(5))
        }
        let head = ReplyHead(lines.first ?? "")
        guard head.code != 0 || head.status != nil else {
            let quoted = Self.quotedHead(in: lines)
            self.init(
                code: quoted?.code ?? 0, enhancedStatus: quoted?.status,
                text: lines.joined(separator: "\n"))
            return
        }
        var texts = [String(head.rest)]
        for line in lines.dropFirst() {
            let later = ReplyHead(line, expecting: head.code)
            texts.append(
                later.code == head.code && (later.status == nil || later.status == head.status)
                    ? String(later.rest) : String(later.restWithStatus))
        }
        self.init(code: head.code, enhancedStatus: head.status, text: texts.joined(separator: "\n"))
    }

    /// The lines of a text, trimmed; empty ones are dropped.
    private static func lines(of text: String) -> [Substring] {
        var unescaped = Substring(text)
        var pieces: [Substring] = []
        // `\n` as two characters: what a log or a shell makes of a line end. Only before another code.
        while let escape = unescaped.firstRange(ofEscapedLineEnd: ()) {
            pieces.append(unescaped[..<escape.lowerBound])
            unescaped = unescaped[escape.upperBound...]
        }
        pieces.append(unescaped)
        return pieces.flatMap { $0.split(whereSeparator: \.isNewline) }.map(trimmed).filter { !$0.isEmpty }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    /// The codes that a report quotes after "said:" or "talk to me:".
    private static func quotedHead(in lines: [Substring]) -> ReplyHead? {
        for line in lines {
            var rest = line
            while let colon = rest.firstIndex(of: ":") {
                rest = rest[rest.index(after: colon)...]
                let head = ReplyHead(trimmed(rest))
                if head.code != 0 { return head }
            }
        }
        return nil
    }
}

extension Substring {
    /// The first `\n` or `\r\n` written with backslashes that stands before a reply code.
    fileprivate func firstRange(ofEscapedLineEnd: Void) -> Range<Index>? {
        let bytes = utf8
        var start = bytes.startIndex
        while let backslash = bytes[start...].firstIndex(of: UInt8(ascii: "\\")) {
            for escape in [#"\r\n"#, #"\n"#] where bytes[backslash...].starts(with: escape.utf8) {
                let end = bytes.index(backslash, offsetBy: escape.utf8.count)
                if ReplyHead(self[end...]).code != 0 { return backslash..<end }
            }
            start = bytes.index(after: backslash)
        }
        return nil
    }
}

/// The beginning of a reply line: its code, its enhanced status code, and the words behind them.
struct ReplyHead {
    /// 0 when the line begins without one.
    private(set) var code: UInt16 = 0
    private(set) var status: EnhancedStatusCode?
    /// The words after both codes, and after the reply code only.
    private(set) var rest: Substring
    private(set) var restWithStatus: Substring

    /// Reads a trimmed line; with `expected`, a code that differs from it is taken for words.
    init(_ line: Substring, expecting expected: UInt16? = nil) {
        rest = line
        let digits = line.utf8.prefix(3)
        if digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = UInt16(Substring(digits)), (200...599).contains(value), expected == nil || expected == value
        {
            let behind = line.utf8.dropFirst(3)
            if behind.isEmpty || [UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\t")].contains(behind.first) {
                code = value
                rest = Substring(behind.dropFirst()).drop { $0.isWhitespace }
            }
        }
        restWithStatus = rest
        // `#5.1.1`, `(5.1.1)`, `[5.1.1]`, `5.1.1:` and `- 5.1.1` are all seen.
        let candidate = rest.drop { "#([- ".contains($0) }
        let end = candidate.utf8.firstIndex { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ".") }
        let word = candidate[..<(end ?? candidate.endIndex)]
        if let status = EnhancedStatusCode(word) {
            self.status = status
            let behind = candidate[word.endIndex...]
            if let mark = behind.first, !mark.isWhitespace, !")]:,;-".contains(mark) {
                self.status = nil
            } else {
                rest = behind.drop { ")]:,;- \t".contains($0) }
            }
        }
    }
}
