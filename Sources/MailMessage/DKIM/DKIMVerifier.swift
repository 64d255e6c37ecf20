internal import Crypto
public import Delivery

/// Verifies the DKIM signatures of a message (RFC 6376 §6).
public struct DKIMVerifier: Sendable {
    /// What was found of one signature.
    public struct Finding: Hashable, Sendable, Codable {
        /// The results of RFC 8601 §2.7.1 that a verifier of keys at hand can come to.
        public enum Result: String, Sendable, Codable {
            case pass, fail, permerror, temperror
        }

        public var result: Result
        /// Why, when it did not pass.
        public var reason: String?
        public var algorithm: String?
        public var domain: String?
        public var selector: String?
        /// The names of the fields that are signed, as `h=` lists them.
        public var signed: [String] = []
        /// Whether the domain says that it is only trying DKIM out.
        public var isTesting = false
    }

    private let records: any TextRecords

    /// - Parameter records: Where the keys are published.
    public init(records: any TextRecords) {
        self.records = records
    }

    /// Verifies all signatures of a message with CRLF line ends, the uppermost first.
    public func verify(_ message: [UInt8], at now: UnixTime) async -> [Finding] {
        let fields = message.withUnsafeBufferPointer { HeaderFields($0) }
        var findings: [Finding] = []
        let name = Array("dkim-signature".utf8)
        let signatures = message.withUnsafeBufferPointer { bytes in
            fields.fields.filter { SignedFields.matches(name, $0, in: bytes) }
        }
        for field in signatures {
            findings.append(await verify(field, of: message, fields, at: now))
        }
        return findings
    }

    private func verify(
        _ field: HeaderFields.Field, of message: [UInt8], _ fields: HeaderFields, at now: UnixTime
    ) async -> Finding {
        var finding = Finding(result: .permerror)
        func ended(_ result: Finding.Result, _ reason: String?) -> Finding {
            finding.result = result
            finding.reason = reason
            return finding
        }
        let signature: DKIMSignature
        do {
            signature = try DKIMSignature(
                String(decoding: message[field.colon + 1..<field.range.upperBound], as: UTF8.self))
        } catch {
            return ended(.permerror, error.words)
        }
        finding.algorithm = signature.algorithm.rawValue
        finding.domain = signature.domain
        finding.selector = signature.selector
        finding.signed = signature.names
        if let expires = signature.expires, expires < now.milliseconds / 1000 {
            return ended(.permerror, "the signature has expired")
        }
        let key: DKIMKeyRecord
        let keyName = DKIMKeyRecord.name(selector: signature.selector, domain: signature.domain)
        do {
            guard let text = try await records.txt(keyName).first else {
                return ended(.permerror, "there is no key record at \(keyName)")
            }
            key = try DKIMKeyRecord(text)
        } catch let problem as DKIMKeyRecord.Problem {
            return ended(.permerror, problem.rawValue)
        } catch {
            return ended(.temperror, "the key record at \(keyName) cannot be read now: \(error)")
        }
        finding.isTesting = key.isTesting
        guard key.algorithm == signature.algorithm else { return ended(.permerror, "the key is of another kind") }
        guard !key.isStrict || signature.agentDomain == signature.domain else {
            return ended(.permerror, "the key is not for subdomains")
        }
        let body = message[fields.bodyStart...]
        guard let bodyHash = Self.bodyHash(of: body, signature), Array(bodyHash) == signature.bodyHash else {
            return ended(.fail, "the body was changed after it was signed")
        }
        let hash = Self.headerHash(of: message, fields, field, signature)
        guard key.isValid(signature.signature, of: hash) else {
            return ended(.fail, "the signature does not verify: a signed field was changed, or the key is another")
        }
        return ended(.pass, nil)
    }

    /// `nil` when `l=` is longer than the body.
    private static func bodyHash(of body: ArraySlice<UInt8>, _ signature: DKIMSignature) -> SHA256.Digest? {
        if signature.body == .relaxed, signature.length == nil {
            var hash = RelaxedBodyHash()
            var scratch = ByteStore(capacity: body.count)
            body.withUnsafeBufferPointer { hash.update($0, scratch: &scratch) }
            return hash.finalize()
        }
        var canonical = CanonicalBody.bytes(body, relaxed: signature.body == .relaxed)
        if let length = signature.length {
            guard length >= 0, length <= canonical.count else { return nil }
            canonical = Array(canonical.prefix(length))
        }
        return SHA256.hash(data: canonical)
    }

    private static func headerHash(
        of message: [UInt8], _ fields: HeaderFields, _ own: HeaderFields.Field, _ signature: DKIMSignature
    ) -> SHA256.Digest {
        var canonical = ByteStore(capacity: 2048)
        message.withUnsafeBufferPointer { bytes in
            func append(_ field: HeaderFields.Field, _ text: [UInt8]) {
                switch signature.header {
                case .simple: canonical.append(text)
                case .relaxed:
                    text.withUnsafeBufferPointer {
                        CanonicalHeader.appendRelaxed($0, colon: field.colon - field.range.lowerBound, to: &canonical)
                    }
                }
            }
            // Each naming of a field takes the next one from the bottom; a name without a field is nothing.
            var left = Array(fields.fields.reversed())
            for name in signature.names {
                let wanted = Array(name.utf8)
                guard let index = left.firstIndex(where: { SignedFields.matches(wanted, $0, in: bytes) }) else {
                    continue
                }
                let field = left.remove(at: index)
                append(field, Array(message[field.range]))
            }
            append(own, withoutSignature(Array(message[own.range])))
        }
        return SHA256.hash(data: canonical.bytes.dropLast(2))
    }

    /// The field with the value of `b=` taken out.
    private static func withoutSignature(_ field: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        let parts = field.dropLast(2).split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ";")) }
            // The first part has the field's own name before it, and is never `b=`.
            let name = part.prefix { $0 != UInt8(ascii: "=") }.filter { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }
            if name.elementsEqual("b".utf8), let equals = part.firstIndex(of: UInt8(ascii: "=")) {
                output += part[...equals]
            } else {
                output += part
            }
        }
        return output + [0x0D, 0x0A]
    }
}
