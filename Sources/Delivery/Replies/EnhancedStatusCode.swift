/// An enhanced mail system status code, `class.subject.detail` (RFC 3463 §2).
public struct EnhancedStatusCode: Hashable, Sendable, CustomStringConvertible {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    public var statusClass: UInt8
    public var subject: UInt16
    public var detail: UInt16

    public init(_ statusClass: UInt8, _ subject: UInt16, _ detail: UInt16) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    /// Reads `5.1.1`; `nil` when the text is not exactly a status code.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard
            parts.count == 3,
            parts.allSatisfy({ (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let statusClass = UInt8(parts[0]), [2, 4, 5].contains(statusClass),
            let subject = UInt16(parts[1]), let detail = UInt16(parts[2])
        else { return nil }
        self.init(statusClass, subject, detail)
    }

    public var description: String { "\(statusClass).\(subject).\(detail)" }
}
