internal import CampaignCoordinator
internal import Contacts
internal import Delivery
internal import Hummingbird
internal import NIOCore

extension APIRoutes {
    /// Campaigns: making, looking at, ordering about.
    func addCampaigns(to api: RouterGroup<APIRequestContext>) {
        api.get("campaigns") { request, context in
            let reports = try await reports(of: try await coordinator.campaigns())
            return try Response.json(APICampaigns(campaigns: reports), request, context)
        }
        api.post("campaigns") { request, context in
            let draft = try await context.read(CampaignDraft.self, from: request)
            let campaign = try await coordinator.createCampaign(draft)
            return try Response.json(try await report(on: campaign), status: .created, request, context)
        }
        api.get("campaigns/{name}") { request, context in
            try Response.json(try await report(on: try context.name("name")), request, context)
        }
        api.get("campaigns/{name}/preview") { request, context in
            guard let contact = request.values("contact").first else {
                throw APIErrorReport(code: "bad_input", message: "name a contact: ?contact=ADDRESS")
            }
            let message = try await coordinator.preview(try context.name("name"), contact: contact)
            return Response(
                status: .ok, headers: [.contentType: "message/rfc822"],
                body: .init(byteBuffer: ByteBuffer(bytes: message)))
        }
        api.post("campaigns/{name}/options") { request, context in
            let name = try context.name("name")
            try await coordinator.setOptions(name, try await context.read(MailingOptions.self, from: request))
            return try Response.json(
                APICampaignChange(campaign: try await report(on: name), notes: []), request, context)
        }
        api.post("campaigns/{name}/message") { request, context in
            let name = try context.name("name")
            try await coordinator.setMessage(name, try await context.read(MessageChange.self, from: request))
            return try Response.json(
                APICampaignChange(campaign: try await report(on: name), notes: []), request, context)
        }
        api.get("campaigns/{name}/check") { request, context in
            let name = try context.name("name")
            let findings = try await coordinator.check(name, selectors: request.values("selector"))
            return try Response.json(APILint(campaign: name, findings: findings), request, context)
        }
        api.post("campaigns/{name}/test") { request, context in
            let order = try await context.read(APITest.self, from: request)
            let seconds = order.timeoutSeconds ?? 60
            guard (1...300).contains(seconds) else {
                throw APIErrorReport(code: "bad_input", message: "timeoutSeconds must be from 1 to 300")
            }
            let report = try await coordinator.sendTest(
                try context.name("name"), to: order.to, contact: order.contact, limit: .seconds(seconds))
            return try Response.json(report, request, context)
        }
        addOrder("start", to: api) { try await coordinator.startCampaign($0) }
        addOrder("pause", to: api) { name in
            try await coordinator.pauseCampaign(name)
            return []
        }
        addOrder("resume", to: api) { name in
            try await coordinator.resumeCampaign(name)
            return []
        }
        addOrder("cancel", to: api) { name in
            try await coordinator.cancelCampaign(name)
            return []
        }
    }

    private func addOrder(
        _ order: String, to api: RouterGroup<APIRequestContext>,
        carryOut: @escaping @Sendable (String) async throws -> [String]
    ) {
        api.post("campaigns/{name}/\(order)") { request, context in
            let name = try context.name("name")
            let notes = try await carryOut(name)
            return try Response.json(
                APICampaignChange(campaign: try await report(on: name), notes: notes), request, context)
        }
    }

    private func report(on name: String) async throws -> APICampaign {
        // There are few campaigns, and a name that is unknown is refused here with the ones that are known.
        let numbers = try await coordinator.statistics(name)
        guard let campaign = try await coordinator.campaigns().first(where: { $0.name == numbers.campaign }) else {
            throw APIErrorReport(code: "not_found", message: "there is no campaign \(name)")
        }
        return try report(on: campaign, numbers)
    }

    private func report(on campaign: Campaign) async throws -> APICampaign {
        try report(on: campaign, try await coordinator.statistics(campaign.name))
    }

    private func reports(of campaigns: [Campaign]) async throws -> [APICampaign] {
        var reports: [APICampaign] = []
        for campaign in campaigns { reports.append(try await report(on: campaign)) }
        return reports
    }

    private func report(on campaign: Campaign, _ numbers: CampaignStatistics) throws -> APICampaign {
        let mailings = try zip(campaign.mailings, numbers.mailings).map { mailing, numbers in
            let options = try MailingOptions(mailing)
            return APICampaign.Mailing(
                mailing, numbers, options: options, message: try coordinator.messageOptions(mailing),
                waitsFor: reason(for: mailing.id, numbers.state, options: options))
        }
        return APICampaign(
            campaign: campaign.name, mailings: mailings, list: campaign.list, created: campaign.created)
    }

    /// Why a mailing in this state does not go on, if it does not.
    private func reason(for mailing: MailingID, _ state: MailingState, options: MailingOptions) -> String? {
        switch state {
        case .draft: "not started"
        case .waiting:
            (["no licences are left; add some with: postrider licences add N"]
                + [coordinator.feedingHold].compactMap(\.self))
                .joined(separator: "; ")
        case .paused: "paused; it goes on after: postrider campaign resume"
        case .preparing, .running:
            coordinator.feedingHold ?? reasonOfHours(options.window)
                ?? coordinator.lackOfAllWorkers(for: mailing).map { "no worker can send it: \($0)" }
        case .cancelled, .finished: nil
        }
    }

    /// That a mailing waits for its hours, and until when.
    private func reasonOfHours(_ window: SendingWindow?) -> String? {
        let now = UnixTime.now
        guard let opens = window?.intervals(from: now, count: 1).first?.opens, opens > now else { return nil }
        return "it is outside its hours; it goes on at \(opens.iso8601)"
    }
}
