internal import ArgumentParser

/// `postrider campaign`: making campaigns, ordering them about, watching them.
struct CampaignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign", abstract: "Create, send and watch campaigns.",
        subcommands: [
            CampaignCreate.self, CampaignRemind.self, CampaignPreview.self, CampaignCheck.self, CampaignTest.self,
            CampaignStart.self,
            CampaignPause.self,
            CampaignResume.self,
            CampaignCancel.self, CampaignDiscard.self, CampaignSet.self, CampaignInDoubt.self, CampaignResolve.self,
            CampaignStatus.self,
            CampaignWatch.self, CampaignStats.self, CampaignList.self,
        ])
}
