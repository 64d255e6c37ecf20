extension MailingID {
    /// The first number of the mailings that are tests; no campaign's mailing gets that far.
    public static let firstTest: UInt32 = 0xF000_0000

    /// Whether it is a test message's: it is in no contact book, and nothing that becomes of it is booked.
    public var isTest: Bool { rawValue >= Self.firstTest }
}
