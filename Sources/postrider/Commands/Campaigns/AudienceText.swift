internal import Contacts
internal import Delivery

/// Whom a reminder goes to, in words.
enum AudienceText {
    /// Such as `contacts of invitation: Sent, did not complete the survey`.
    static func words(_ mailing: String, _ filter: AudienceFilter) -> String {
        var parts: [String] = []
        if !filter.outcomes.isEmpty { parts.append(filter.outcomes.map(\.name).joined(separator: " or ")) }
        if !filter.lastOutcomes.isEmpty {
            parts.append("last status " + filter.lastOutcomes.map(\.name).joined(separator: " or "))
        }
        if let opened = filter.opened { parts.append(opened ? "opened it" : "did not open it") }
        if let clicked = filter.clicked { parts.append(clicked ? "followed a link" : "followed no link") }
        if let started = filter.started { parts.append(started ? "began the survey" : "did not begin the survey") }
        if let completed = filter.completed {
            parts.append(completed ? "completed the survey" : "did not complete the survey")
        }
        return parts.isEmpty
            ? "all contacts of \(mailing)" : "contacts of \(mailing): \(parts.joined(separator: ", "))"
    }

    /// How many contacts a selection reaches, in lines.
    static func lines(_ forecast: AudienceForecast) -> [String] {
        var lines = [
            "To \(words(forecast.of, forecast.filter)).",
            "At this moment \(NumberText.grouped(forecast.contacts)) fit, and it would be sent to "
                + "\(NumberText.grouped(forecast.reached)).",
        ]
        let withheld = Outcome.allCases.compactMap { outcome in
            forecast.withheld[outcome.name].map { "\(outcome.name) \(NumberText.grouped($0))" }
        }
        if !withheld.isEmpty {
            lines.append("The others get nothing and have their outcome at once: \(withheld.joined(separator: ", ")).")
        }
        return lines
    }
}
