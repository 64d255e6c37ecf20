internal import Contacts
internal import Dashboard
internal import Delivery
internal import MailMessage

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

    /// In lines, with the share of those that were sent to; what the mailing does not track, and nobody did, is left out.
    static func lines(_ mailing: APICampaign.Mailing) -> [String] {
        let responses = mailing.responses
        func line(_ name: String, _ count: Int, _ times: Int? = nil) -> String {
            let share = NumberText.share(count, of: mailing.licences.charged)
            return name.padding(to: 10) + "\(NumberText.grouped(count)) (\(share) of those ever sent to)"
                + (times.map { ", \(NumberText.grouped($0)) times" } ?? "")
        }
        let interviews = responses.interviewsStarted + responses.interviewsCompleted
        var lines: [String] = []
        if mailing.message.trackOpens == true || responses.opens > 0 {
            lines.append(line("opened", responses.opened, responses.opens))
        }
        if mailing.message.trackClicks == true || responses.clicks > 0 {
            lines.append(line("clicked", responses.clicked, responses.clicks))
        }
        if mailing.message.surveyURL != nil || interviews > 0 {
            lines += [line("started", responses.interviewsStarted), line("completed", responses.interviewsCompleted)]
        }
        return lines + [line("left", responses.unsubscribed), line("complaint", responses.complaints)]
    }
}

extension String {
    fileprivate func padding(to length: Int) -> String {
        self + String(repeating: " ", count: max(1, length - count))
    }
}
