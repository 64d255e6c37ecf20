internal import CampaignCoordinator
internal import Configuration
internal import DeliveryWorker
internal import Foundation
internal import MailRouting
internal import Yams

/// What the environment and `postrider.yaml` say, in this order; flags come before both.
struct Settings: Sendable {
    /// The file that is read from the working directory when no other is named.
    static let defaultFile = "postrider.yaml"
    static let fileVariable = "POSTRIDER_CONFIG"

    private let reader: ConfigReader
    /// How fast sites may be sent to, by domain and `*`; in the file only.
    let siteLimits: [String: SiteLimitSetting]
    /// Where mail goes and how that is found out; in the file only.
    let routing: RoutingConfiguration
    /// Servers that take mail for everybody, and local addresses to send from; in the file only.
    let relays: [ServerSettings.RelayLine]
    let sources: [SourceAddress]
    /// The DKIM keys of a worker; in the file only.
    let dkim: [DKIMSettings.Entry]
    /// The providers that may report to the coordinator; in the file only.
    let webhooks: WebhookSettings.Part?

    /// Reads the environment and the configuration file.
    ///
    /// - Parameter file: the file that `--config` names; it must exist, and so must the one of `POSTRIDER_CONFIG`.
    /// - Throws: ``CommandError`` when the file cannot be read, or has keys that mean nothing.
    static func load(file: String?) throws -> Settings {
        let environment = ProcessInfo.processInfo.environment
        var providers: [any ConfigProvider] = [
            EnvironmentVariablesProvider(
                secretsSpecifier: .specific(Set(SettingKey.allCases.filter(\.isSecret).map(\.variable)))
            ).prefixKeys(with: "postrider")
        ]
        var content = Content()
        let named = file ?? environment[fileVariable].flatMap { $0.isEmpty ? nil : $0 }
        if let path = named ?? (FileManager.default.fileExists(atPath: defaultFile) ? defaultFile : nil) {
            content = try self.content(ofFile: path)
            providers.append(InMemoryProvider(name: path, values: content.values))
        }
        return Settings(
            reader: ConfigReader(providers: providers), siteLimits: content.siteLimits, routing: content.routing,
            relays: content.relays, sources: content.sources, dkim: content.dkim, webhooks: content.webhooks)
    }

    /// The value of a setting as text; `nil` when neither the environment nor the file has it, or it is empty.
    func string(_ key: SettingKey) -> String? {
        let text = reader.string(forKey: ConfigKey(key.rawValue), isSecret: key.isSecret)
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value of a setting as a number of things.
    func count(_ key: SettingKey) throws -> Int? {
        guard let text = string(key) else { return nil }
        guard let count = Int(text), count > 0 else {
            throw CommandError("\(key.rawValue) (\(key.variable)) must be a number above 0, not \"\(text)\"")
        }
        return count
    }

    /// Several values: those of a flag, else those that a setting has between commas.
    func list(_ flags: [String], _ key: SettingKey) -> [String] {
        guard flags.isEmpty, let text = string(key) else { return flags }
        return text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// The value of a setting that is true or false; false when it is not set.
    func flag(_ key: SettingKey) throws -> Bool {
        switch string(key) {
        case "true", "yes", "on", "1": return true
        case nil, "false", "no", "off", "0": return false
        case let text?:
            throw CommandError("\(key.rawValue) (\(key.variable)) is true or false, not \"\(text)\"")
        }
    }

    /// Reads the file; refuses what would otherwise be passed over in silence: misspelt keys, and values that are lists.
    private static func content(ofFile path: String) throws -> Content {
        let text = try InputFile.text(path)
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw CommandError("the configuration file \(path) is not YAML: \(error)")
        }
        var content = Content()
        guard let node else { return content }
        guard let mapping = node.mapping else {
            throw CommandError("the configuration file \(path) must be lines of the form key: value")
        }
        for (key, value) in mapping {
            let name = key.string ?? ""
            let line = key.mark.map { "line \($0.line): " } ?? ""
            switch name {
            case PaceSettings.key:
                content.siteLimits = try PaceSettings(file: path).limits(in: value)
                continue
            case RoutingSettings.routesKey:
                content.routing.table = try RoutingSettings(file: path).table(in: value)
                continue
            case RoutingSettings.routingKey:
                try RoutingSettings(file: path).read(value, into: &content.routing)
                continue
            case ServerSettings.relaysKey:
                content.relays = try ServerSettings(file: path).relays(in: value)
                continue
            case ServerSettings.sourcesKey:
                content.sources = try ServerSettings(file: path).sources(in: value)
                continue
            case DKIMSettings.key:
                content.dkim = try DKIMSettings(file: path).entries(in: value)
                continue
            case WebhookSettings.key:
                content.webhooks = try WebhookSettings(file: path).part(in: value)
                continue
            default: break
            }
            guard let setting = SettingKey(rawValue: name) else {
                let known = (SettingKey.allCases.map(\.rawValue) + sections).joined(separator: ", ")
                throw CommandError("\(path): \(line)the key \(name) means nothing here; there are \(known)")
            }
            guard let scalar = value.scalar else {
                throw CommandError("\(path): \(line)\(name) takes one value, not several")
            }
            content.values[AbsoluteConfigKey([name])] = ConfigValue(.string(scalar.string), isSecret: setting.isSecret)
        }
        return content
    }

    /// The keys under which there is more than one value.
    private static let sections = [
        PaceSettings.key, RoutingSettings.routesKey, RoutingSettings.routingKey, ServerSettings.relaysKey,
        ServerSettings.sourcesKey, DKIMSettings.key, WebhookSettings.key,
    ]

    /// What a file says.
    private struct Content {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        var siteLimits: [String: SiteLimitSetting] = [:]
        var routing = RoutingConfiguration()
        var relays: [ServerSettings.RelayLine] = []
        var sources: [SourceAddress] = []
        var dkim: [DKIMSettings.Entry] = []
        var webhooks: WebhookSettings.Part?
    }
}
