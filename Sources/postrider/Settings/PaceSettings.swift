internal import CampaignCoordinator
internal import Yams

/// The part `pace` of the configuration file: a limit for all sites, and limits of single ones.
///
///     pace:
///       default: {connections: 10}
///       sites:
///         example.org: {rate: 100/1m, burst: 10, connections: 5}
struct PaceSettings {
    static let key = "pace"

    private let section: YAMLSection

    /// - Parameter file: the path of the file, for messages.
    init(file: String) {
        section = YAMLSection(file: file)
    }

    /// Reads the limits by site; the one of all others has the name `*`.
    /// - Throws: ``CommandError`` with the line, for a key that means nothing or a limit that is none.
    func limits(in node: Node) throws -> [String: SiteLimitSetting] {
        var limits: [String: SiteLimitSetting] = [:]
        for (name, value) in try section.members(of: node, Self.key, known: ["default", "sites"]) {
            if name == "default" {
                limits[SiteName.all] = try limit(in: value, "pace.default")
                continue
            }
            for (site, value) in try section.members(of: value, "pace.sites", known: nil) {
                let name = try telling(value, "pace.sites") { try SiteName.checked(site) }
                guard limits.updateValue(try limit(in: value, "pace.sites.\(site)"), forKey: name) == nil else {
                    throw section.problem(value, "pace.sites.\(site)", "the site has a limit already")
                }
            }
        }
        return limits
    }

    private func limit(in node: Node, _ path: String) throws -> SiteLimitSetting {
        var texts: [String: String] = [:]
        for (name, value) in try section.members(of: node, path, known: ["rate", "burst", "connections"]) {
            texts[name] = try section.text(value, "\(path).\(name)")
        }
        func number(_ name: String) throws -> Int? {
            guard let text = texts[name] else { return nil }
            guard let number = Int(text) else {
                throw section.problem(node, "\(path).\(name)", "“\(text)” is not a number")
            }
            return number
        }
        let (burst, connections) = (try number("burst"), try number("connections"))
        return try telling(node, path) {
            try SiteLimitSetting(rate: texts["rate"], burst: burst, connections: connections)
        }
    }

    /// Says where in the file it is that something is wrong.
    private func telling<T>(_ node: Node, _ path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as CoordinatorError {
            throw section.problem(node, path, error.message)
        }
    }
}
