internal import Contacts
internal import Dashboard
internal import Delivery

/// What a mailing's contacts did, in words.
enum ResponsesText {
    /// In one line, what there is.
    static func sentence(_ responses: MailingResponses) -> String {
        [
            ("opened", responses.opened), ("clicked", responses.clicked),
            ("interviews started", responses.interviewsStarted), ("completed", responses.interviewsCompleted),
            ("unsubscribed", responses.unsubscribed), ("complaints", responses.complaints),
        ].filter { $0.1 > 0 }.map { "\($0.0) \(NumberText.grouped($0.1))" }.joined(separator: ", ")
    }

    /// In lines, with the share of those that were sent to.
    static func lines(_ mailing: APICampaign.Mailing) -> [String] {
        let responses = mailing.responses
        func line(_ name: String, _ count: Int, _ times: Int? = nil) -> String {
            let share = NumberText.share(count, of: mailing.licences.charged)
            return name.padding(to: 10) + "\(NumberText.grouped(count)) (\(share) of those ever sent to)"
                + (times.map { ", \(NumberText.grouped($0)) times" } ?? "")
        }
        return [
            line("opened", responses.opened, responses.opens), line("clicked", responses.clicked, responses.clicks),
            line("started", responses.interviewsStarted), line("completed", responses.interviewsCompleted),
            line("left", responses.unsubscribed), line("complained", responses.complaints),
        ]
    }
}

extension String {
    fileprivate func padding(to length: Int) -> String {
        self + String(repeating: " ", count: max(1, length - count))
    }
}
