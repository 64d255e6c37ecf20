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
            try Response.json(
                try await report(on: try context.name("name"), mailing: request.mailing), request, context)
        }
        api.get("campaigns/{name}/preview") { request, context in
            guard let contact = request.values("contact").first else {
                throw APIErrorReport(code: "bad_input", message: "name a contact: ?contact=ADDRESS")
            }
            let message = try await coordinator.preview(
                try context.name("name"), mailing: request.mailing, contact: contact)
            return Response(
                status: .ok, headers: [.contentType: "message/rfc822"],
                body: .init(byteBuffer: ByteBuffer(bytes: message)))
        }
        api.post("campaigns/{name}/options") { request, context in
            let name = try context.name("name")
            try await coordinator.setOptions(
                name, mailing: request.mailing, try await context.read(MailingOptions.self, from: request))
            return try Response.json(try await change(of: name, request), request, context)
        }
        api.post("campaigns/{name}/message") { request, context in
            let name = try context.name("name")
            try await coordinator.setMessage(
                name, mailing: request.mailing, try await context.read(MessageChange.self, from: request))
            return try Response.json(try await change(of: name, request), request, context)
        }
        api.get("campaigns/{name}/check") { request, context in
            let name = try context.name("name")
            let findings = try await coordinator.check(
                name, mailing: request.mailing, selectors: request.values("selector"))
            return try Response.json(APILint(campaign: name, findings: findings), request, context)
        }
        api.post("campaigns/{name}/test") { request, context in
            let order = try await context.read(APITest.self, from: request)
            let seconds = order.timeoutSeconds ?? 60
            guard (1...300).contains(seconds) else {
                throw APIErrorReport(code: "bad_input", message: "timeoutSeconds must be from 1 to 300")
            }
            let report = try await coordinator.sendTest(
                try context.name("name"), mailing: request.mailing, to: order.to, contact: order.contact,
                limit: .seconds(seconds))
            return try Response.json(report, request, context)
        }
        addOrder("start", to: api) { try await coordinator.startCampaign($0, mailing: $1) }
        addOrder("pause", to: api) { name, mailing in
            try await coordinator.pauseCampaign(name, mailing: mailing)
            return []
        }
        addOrder("resume", to: api) { name, mailing in
            try await coordinator.resumeCampaign(name, mailing: mailing)
            return []
        }
        addOrder("cancel", to: api) { name, mailing in
            try await coordinator.cancelCampaign(name, mailing: mailing)
            return []
        }
    }

    private func addOrder(
        _ order: String, to api: RouterGroup<APIRequestContext>,
        carryOut: @escaping @Sendable (String, String?) async throws -> [String]
    ) {
        api.post("campaigns/{name}/\(order)") { request, context in
            let name = try context.name("name")
            let notes = try await carryOut(name, request.mailing)
            return try Response.json(try await change(of: name, request, notes: notes), request, context)
        }
    }

    /// What became of an order: the mailing that it was given to, as it is now.
    private func change(of name: String, _ request: Request, notes: [String] = []) async throws -> APICampaignChange {
        APICampaignChange(campaign: try await report(on: name, mailing: request.mailing), notes: notes)
    }

    /// A campaign with all its mailings, or with the one that is named.
    func report(on name: String, mailing: String?) async throws -> APICampaign {
        // There are few campaigns, and a name that is unknown is refused here with the ones that are known.
        let numbers = try await coordinator.statistics(name)
        guard let campaign = try await coordinator.campaigns().first(where: { $0.name == numbers.campaign }) else {
            throw APIErrorReport(code: "not_found", message: "there is no campaign \(name)")
        }
        var report = try report(on: campaign, numbers)
        if let mailing {
            let meant = try await coordinator.mailing(of: name, named: mailing).name
            report.mailings.removeAll { $0.name != meant }
        }
        return report
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
