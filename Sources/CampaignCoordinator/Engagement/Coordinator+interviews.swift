public import Contacts
internal import Delivery
internal import MailMessage

extension Coordinator {
    /// Books interviews that a survey platform reports: all of them, or none.
    ///
    /// Reporting one again changes nothing; the first time of each counts.
    /// - Throws: ``InterviewRefusal`` with what is wrong with each that cannot be taken.
    public func bookInterviews(_ notes: [InterviewNote]) async throws -> InterviewSummary {
        let now = UnixTime.now
        var problems: [InterviewRefusal.Problem] = []
        var events: [(index: Int, event: EngagementEvent)] = []
        var tests = 0
        for (index, note) in notes.enumerated() {
            guard let job = job(note.token, .survey) else {
                problems.append(.init(index: index, words: "the token is not that of a link to a survey"))
                continue
            }
            guard let time = note.at.map({ UnixTime(iso8601: $0) }) ?? now else {
                problems.append(
                    .init(index: index, words: "at is no time of ISO 8601, such as 2026-11-27T09:30:00Z"))
                continue
            }
            guard !job.mailing.isTest else {
                tests += 1
                continue
            }
            events.append((index, EngagementEvent(note.event == .started ? .started : .completed, job: job, at: time)))
        }
        guard problems.isEmpty else { throw InterviewRefusal(problems: problems) }
        let report = try await book.book(interviews: events.map(\.event))
        guard report.unknown.isEmpty else {
            throw InterviewRefusal(
                problems: report.unknown.map {
                    .init(index: events[$0].index, words: "the token's contact is in no mailing that was started")
                })
        }
        return InterviewSummary(booked: report.booked, repeated: report.repeated, tests: tests)
    }

    /// One page of a mailing's contacts, such as those that a reminder would go to.
    public func audience(
        campaign: String, mailing: String?, _ filter: AudienceFilter, after cursor: UInt32?, limit: Int
    ) async throws -> [AudienceMember] {
        try await book.audience(campaign: campaign, mailing: mailing, filter, after: cursor, limit: limit)
    }
}
