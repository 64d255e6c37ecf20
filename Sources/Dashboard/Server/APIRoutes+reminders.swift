internal import CampaignCoordinator
internal import Hummingbird

extension APIRoutes {
    /// Reminders: making them, and asking whom one would reach.
    func addReminders(to api: RouterGroup<APIRequestContext>) {
        api.post("campaigns/{name}/mailings") { request, context in
            let draft = try await context.read(ReminderDraft.self, from: request)
            let report = try await coordinator.createReminder(try context.name("name"), draft)
            return try Response.json(report, status: .created, request, context)
        }
        api.post("campaigns/{name}/discard") { request, context in
            let name = try context.name("name")
            try await coordinator.discardReminder(name, mailing: request.mailing)
            return try Response.json(
                APICampaignChange(campaign: try await report(on: name, mailing: nil), notes: []), request, context)
        }
        api.post("campaigns/{name}/audience") { request, context in
            let question = try await context.read(AudienceQuestion.self, from: request)
            return try Response.json(
                try await coordinator.forecast(try context.name("name"), question), request, context)
        }
    }
}
