public import Contacts
public import Delivery
public import MailMessage

/// A campaign, its mailings, and how they stand.
public struct APICampaign: Hashable, Sendable, Codable {
    /// The invitation or a reminder: the unit that is sent.
    public struct Mailing: Hashable, Sendable, Codable {
        public var name: String
        /// How many contacts it goes to; while they are being laid down, how many have been.
        public var audience: Int
        public var outcomes: APIOutcomeCounts
        /// How many attempts to deliver were made in all.
        public var attempts: Int
        public var licences: CampaignStatistics.Licences
        /// When its first and its last change of status was, ISO 8601.
        public var firstAt: String?
        public var lastAt: String?
        public var state: MailingState
        /// How many of its contacts have been given to the queue.
        public var fed: Int
        /// How many of its contacts in doubt, and of those whose job is on the dead list, wait for their owner's decision.
        public var inDoubt: Int
        public var dead: Int
        /// What its contacts did.
        public var responses: MailingResponses
        /// How it is to be sent.
        public var options: MailingOptions
        /// The links, list headers and the return path of its messages.
        public var message: MessageOptions
        /// Whom a reminder goes to; `nil` for an invitation, which goes to the whole list.
        public var selection: AudienceSelection?
        /// Why it does not go on at this moment, for people.
        public var waitsFor: String?

        /// Joins what the book says of a mailing with its numbers.
        public init(
            _ mailing: Contacts.Mailing, _ numbers: CampaignStatistics.Mailing, options: MailingOptions,
            message: MessageOptions, waitsFor: String?
        ) {
            name = numbers.name
            audience = numbers.audience
            outcomes = APIOutcomeCounts(byName: numbers.outcomes)
            attempts = numbers.attempts
            licences = numbers.licences
            inDoubt = numbers.inDoubt
            dead = numbers.dead
            responses = numbers.responses
            firstAt = numbers.firstAt
            lastAt = numbers.lastAt
            state = numbers.state
            fed = mailing.fed
            self.options = options
            self.message = message
            selection = mailing.selection
            self.waitsFor = waitsFor
        }

        /// Whether nothing more will happen by itself.
        public var isOver: Bool { state == .finished || state == .cancelled }
    }

    public var campaign: String
    public var mailings: [Mailing]
    public var list: String
    /// ISO 8601.
    public var created: String

    public init(campaign: String, mailings: [Mailing], list: String, created: String) {
        self.campaign = campaign
        self.mailings = mailings
        self.list = list
        self.created = created
    }
}

/// All campaigns, the oldest first.
public struct APICampaigns: Hashable, Sendable, Codable {
    public var campaigns: [APICampaign]

    public init(campaigns: [APICampaign]) {
        self.campaigns = campaigns
    }
}

/// What became of an order such as `start`: the campaign as it is now, and what its owner should know.
public struct APICampaignChange: Hashable, Sendable, Codable {
    public var campaign: APICampaign
    /// Remarks for people, such as that there are too few licences.
    public var notes: [String]

    public init(campaign: APICampaign, notes: [String]) {
        self.campaign = campaign
        self.notes = notes
    }
}
