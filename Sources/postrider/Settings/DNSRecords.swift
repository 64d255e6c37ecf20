internal import MailMessage
internal import MailRouting

/// TXT records as the DNS has them.
struct DNSRecords: TextRecords {
    let source: any DNSSource

    func txt(_ name: String) async throws -> [String] {
        let answer = await source.txt(name)
        if let failure = answer.failure { throw TextRecordsError(failure) }
        return answer.records
    }
}
