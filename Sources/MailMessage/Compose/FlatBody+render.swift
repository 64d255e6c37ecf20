extension FlatBody {
    /// Appends the body as it is, or answers `false` when with these values it cannot go unencoded; what was appended till then
    /// must be taken back.
    func appendSevenBit(_ values: MergeValues, to output: inout ByteStore) -> Bool {
        guard literalsAllowSevenBit else { return false }
        let start = output.count
        var column = 0
        for piece in pieces {
            switch piece {
            case .literal(let literal):
                column += literal.head
                if column > TransferEncoding.maximumLineLength { return false }
                if let tail = literal.tail { column = tail }
                if isInMultipart, output.count > start, output.base[output.count - 1] == UInt8(ascii: "="),
                    raw[literal.range.lowerBound] == UInt8(ascii: "_")
                {
                    return false
                }
                output.append(raw, in: literal.range)
            case .field(let field):
                let mark = output.count
                let afterEquals = mark > start && output.base[mark - 1] == UInt8(ascii: "=")
                append(field, of: values, to: &output)
                // The literals around it are known to do; just what the field has brought is looked at.
                var previous = afterEquals ? UInt8(ascii: "=") : 0
                for index in mark..<output.count {
                    let byte = output.base[index]
                    if byte >= 0x80 || isInMultipart && byte == UInt8(ascii: "_") && previous == UInt8(ascii: "=") {
                        return false
                    }
                    if byte == 0x0A {
                        column = 0
                    } else if byte != 0x0D {
                        column += 1
                        if column > TransferEncoding.maximumLineLength { return false }
                    }
                    previous = byte
                }
            }
        }
        return true
    }

    /// Appends the lines that hold fields, unencoded.
    func appendFieldLines(_ values: MergeValues, to output: inout ByteStore) {
        for case .line(let pieces) in blocks {
            append(pieces, values, to: &output)
        }
    }

    /// Appends the whole body, unencoded.
    func appendRaw(_ values: MergeValues, to output: inout ByteStore) {
        append(pieces, values, to: &output)
    }

    /// Appends the body as quoted-printable.
    func appendQuotedPrintable(_ values: MergeValues, to output: inout ByteStore, scratch: inout ByteStore) {
        for block in blocks {
            switch block {
            case .encoded(let range):
                output.append(encoded, in: range)
            case .line(let pieces):
                scratch.truncate(to: 0)
                append(pieces, values, to: &scratch)
                QuotedPrintable.encode(scratch.bytes, into: &output)
            }
        }
    }

    private func append(_ pieces: [Piece], _ values: MergeValues, to output: inout ByteStore) {
        for piece in pieces {
            switch piece {
            case .literal(let literal): output.append(raw, in: literal.range)
            case .field(let field): append(field, of: values, to: &output)
            }
        }
    }

    /// Appends a field's value, cleaned as ``LineText`` does, with CRLF line breaks, and escaped if it must be.
    private func append(_ field: FieldSlot, of values: MergeValues, to output: inout ByteStore) {
        values[field.slot].withUTF8Bytes { value in
            output.append(atMost: value.count * HTMLText.maximumEntityLength) { destination in
                var write = destination
                var previous: UInt8 = 0
                for byte in value {
                    if LineText.isControl(byte) {
                        if byte == 0x0D || byte == 0x0A && previous != 0x0D {
                            write[0] = 0x0D
                            write[1] = 0x0A
                            write += 2
                        }
                    } else if field.isEscaped, let entity = HTMLText.entity(of: byte) {
                        write.update(from: entity.utf8Start, count: entity.utf8CodeUnitCount)
                        write += entity.utf8CodeUnitCount
                    } else {
                        write[0] = byte
                        write += 1
                    }
                    previous = byte
                }
                return write
            }
        }
    }
}
