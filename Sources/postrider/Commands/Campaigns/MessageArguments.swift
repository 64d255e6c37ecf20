internal import ArgumentParser
internal import Delivery
internal import Foundation
internal import MailMessage

/// What messages have beside their text: the options of `create` and `set`; `none` takes away what was there.
struct MessageArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The domain of the return paths, one address for each contact, such as bounces.example.org; or none.",
            valueName: "domain"))
    var bounceDomain: String?

    @Option(
        help: ArgumentHelp(
            "Where unsubscribe links begin, such as https://example.org/u, for {{unsubscribeLink}} and List-Unsubscribe; or none.",
            valueName: "url"))
    var unsubscribeURL: String?

    @Option(help: ArgumentHelp("Where links to the survey begin, for {{surveyLink}}; or none.", valueName: "url"))
    var surveyURL: String?

    @Option(help: ArgumentHelp("The List-Id, such as 'Spring <spring.example.org>'; or none.", valueName: "id"))
    var listID: String?

    @Option(help: ArgumentHelp("The Feedback-ID for complaint reports; or none.", valueName: "id"))
    var feedbackID: String?

    @Option(
        help: ArgumentHelp(
            "The language of the pages behind the links, en or it; or none, for each reader's own.",
            valueName: "language"))
    var language: String?

    @Option(
        help: ArgumentHelp(
            "Where the coordinator's public pages are reached, such as https://news.example.org, for --track-opens and "
                + "--track-clicks; or none.",
            valueName: "url"))
    var trackingURL: String?

    @Flag(inversion: .prefixedNo, help: "Tell by a picture in the HTML who opened the message.")
    var trackOpens: Bool?

    @Flag(inversion: .prefixedNo, help: "Tell by the links in the HTML who followed them.")
    var trackClicks: Bool?

    @Option(
        help: ArgumentHelp(
            "Whether messages may go unsigned: optional (as usual) or required.", valueName: "policy"))
    var dkim: String?

    @Option(
        help: ArgumentHelp(
            "The provider that sends the messages on and reports by webhook: ses, sendgrid, mailgun, postmark, mailjet; or none.",
            valueName: "name"))
    var provider: String?

    @Option(
        help: ArgumentHelp("A file to attach; may be given several times; or none.", valueName: "file"),
        completion: .file())
    var attach: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file that the HTML shows as cid:NAME, such as a logo; may be given several times.", valueName: "file"),
        completion: .file())
    var inline: [String] = []

    /// Whether none of them is given.
    var isEmpty: Bool {
        [bounceDomain, unsubscribeURL, surveyURL, listID, feedbackID, dkim, language, trackingURL, provider]
            .allSatisfy { $0 == nil } && trackOpens == nil && trackClicks == nil && attach.isEmpty && inline.isEmpty
    }

    /// The options with what is given changed.
    /// - Throws: `ValidationError` that says what is wrong.
    func applied(to former: MessageOptions) throws -> MessageOptions {
        var options = former
        func set(_ path: WritableKeyPath<MessageOptions, String?>, _ value: String?) {
            if let value { options[keyPath: path] = value == "none" ? nil : value }
        }
        set(\.bounceDomain, bounceDomain)
        set(\.unsubscribeURL, unsubscribeURL)
        set(\.surveyURL, surveyURL)
        set(\.listID, listID)
        set(\.feedbackID, feedbackID)
        set(\.trackingURL, trackingURL)
        if let trackOpens { options.trackOpens = trackOpens ? true : nil }
        if let trackClicks { options.trackClicks = trackClicks ? true : nil }
        if let language {
            options.language = PageLanguage(rawValue: language)
            guard options.language != nil || language == "none" else {
                let known = PageLanguage.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--language: \"\(language)\" is none of \(known), none")
            }
        }
        if let dkim {
            guard let policy = DKIMPolicy(rawValue: dkim) else {
                throw ValidationError("--dkim: \"\(dkim)\" is neither optional nor required")
            }
            options.dkim = policy == .optional ? nil : policy
        }
        if let provider {
            options.provider = MailProvider(rawValue: provider)
            guard options.provider != nil || provider == "none" else {
                let known = MailProvider.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--provider: \"\(provider)\" is not a provider; there are \(known), and none")
            }
        }
        do {
            try options.check()
        } catch {
            throw ValidationError(error.description)
        }
        return options
    }

    /// The files that are named, read; `nil` when none are.
    func files() throws -> [MessageAttachment]? {
        guard !attach.isEmpty || !inline.isEmpty else { return nil }
        if attach == ["none"], inline.isEmpty { return [] }
        return try inline.map { try Self.file($0, isInline: true) } + attach.map { try Self.file($0, isInline: false) }
    }

    private static func file(_ path: String, isInline: Bool) throws -> MessageAttachment {
        if let size = InputFile.size(path), size > MessageAttachment.maximumTotal {
            throw CommandError("\(path) is larger than \(MessageAttachment.maximumTotal >> 20) MiB; link to it instead")
        }
        let handle = try InputFile.open(path)
        defer { try? handle.close() }
        let name = URL(fileURLWithPath: path).lastPathComponent
        return MessageAttachment(
            name: name, type: MediaType.ofFile(named: name), isInline: isInline,
            content: try handle.readToEnd() ?? Data())
    }
}
