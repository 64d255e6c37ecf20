public import Delivery

extension CompiledMessage {
    /// Appends the whole message (RFC 5322) for one contact to `buffer`: CRLF line ends, ending in one, dots not doubled.
    ///
    /// It is also what a preview shows. Values that are missing at the end of `fields` are empty.
    /// - Parameters:
    ///   - address: the contact's address, for the To header and the built-in field `email`.
    ///   - fields: the values of ``fieldNames``, in that order.
    ///   - job: what the Message-ID is made from, the same on every attempt.
    ///   - date: the time of the Date header.
    @discardableResult
    public func render(
        to address: String, fields: [String], job: DeliveryJob.ID, date: UnixTime, into buffer: inout MessageBuffer
    ) -> RenderedMessage {
        let start = buffer.output.count
        var values = MergeValues(address: address, fields: fields)
        if !linkSlots.isEmpty { links.fill(&values, slots: linkSlots, job: job) }
        var needsSMTPUTF8 = senderNeedsSMTPUTF8
        for piece in headers {
            switch piece {
            case .literal(let bytes):
                buffer.output.append(bytes)
            case .date:
                buffer.output.append("Date: ")
                buffer.output.append(buffer.date.bytes(at: date))
                buffer.output.append("\r\n")
            case .to:
                needsSMTPUTF8 = appendTo(address, to: &buffer) || needsSMTPUTF8
            case .messageID:
                appendMessageID(of: job, to: &buffer)
            case .from(let name, let address):
                name.render(values, into: &buffer.scratch)
                address.withUnsafeBufferPointer {
                    HeaderWriter.appendMailbox(
                        "From", displayName: buffer.scratch.bytes, address: $0, to: &buffer.output)
                }
            case .subject(let part):
                part.render(values, into: &buffer.scratch)
                HeaderWriter.appendUnstructured("Subject", buffer.scratch.bytes, to: &buffer.output)
            case .listUnsubscribe(let part):
                part.render(values, into: &buffer.scratch)
                HeaderWriter.appendURIs("List-Unsubscribe", buffer.scratch.bytes, to: &buffer.output)
            case .providerToken(let before, let behind):
                guard let key = links.key else { continue }
                buffer.output.append(before)
                buffer.output.append(key.bytes(ContactToken(.bounce, job: job)))
                buffer.output.append(behind)
            }
        }
        var body = BodyLayout()
        text.append(values, to: &buffer, layout: &body)
        if let html {
            buffer.output.append(layout.middle)
            html.append(values, to: &buffer, layout: &body)
        }
        buffer.output.append(layout.ending)
        return RenderedMessage(
            range: start..<buffer.output.count, needsSMTPUTF8: needsSMTPUTF8, body: body.moved(by: -start))
    }

    /// Appends the message of a job taken from the queue.
    @discardableResult
    public func render(_ job: DeliveryJob, date: UnixTime, into buffer: inout MessageBuffer) -> RenderedMessage {
        render(to: job.address, fields: job.fields, job: job.id, date: date, into: &buffer)
    }

    /// The Message-ID of a contact's message, with its angle brackets.
    public func messageID(of job: DeliveryJob.ID) -> String {
        var store = ByteStore(capacity: 64)
        messageIDEnding.append(job, to: &store)
        return String(decoding: store.bytes, as: UTF8.self)
    }

    private func appendMessageID(of job: DeliveryJob.ID, to buffer: inout MessageBuffer) {
        buffer.scratch.truncate(to: 0)
        messageIDEnding.append(job, to: &buffer.scratch)
        // Name, colon and space are twelve.
        buffer.output.append(buffer.scratch.count + 12 > 78 ? "Message-ID:\r\n " : "Message-ID: ")
        buffer.output.append(buffer.scratch.bytes)
        buffer.output.append("\r\n")
    }

    /// Answers whether the address is not ASCII.
    private func appendTo(_ address: String, to buffer: inout MessageBuffer) -> Bool {
        buffer.scratch.truncate(to: 0)
        buffer.scratch.append(address)
        HeaderText.clean(&buffer.scratch)
        HeaderWriter.appendMailbox(
            "To", displayName: UnsafeBufferPointer(start: nil, count: 0), address: buffer.scratch.bytes,
            to: &buffer.output)
        return buffer.scratch.bytes.contains { $0 >= 0x80 }
    }
}
