internal import ArgumentParser
internal import CampaignCoordinator
internal import Foundation

/// The options of every command that asks the coordinator: where it is, and the token.
struct ClientOptions: ParsableArguments {
    static let defaultCoordinator = "http://127.0.0.1:8025"

    @Option(
        help: ArgumentHelp(
            "The coordinator's address (or POSTRIDER_COORDINATOR; http://127.0.0.1:8025, or with --data that directory's).",
            valueName: "url"))
    var coordinator: String?

    @Option(
        help: ArgumentHelp(
            "The coordinator's data directory, for its token (or POSTRIDER_DATA; elsewhere set POSTRIDER_TOKEN).",
            valueName: "dir"))
    var data: String?

    @OptionGroup var configuration: ConfigurationOptions

    /// Runs `body` with a client that knows the coordinator's address and token.
    ///
    /// - Throws: ``CommandError`` when there is no token, the address is wrong, or the coordinator does not answer.
    func withClient<T>(_ body: (APIClient) async throws -> T) async throws -> T {
        let settings = try configuration.settings()
        let directory = data ?? settings.string(.data)
        let address = try coordinatorAddress(settings, directory)
        let token = try Self.token(settings, directory)
        return try await APIClient.with(address: address, token: token, body)
    }

    private func coordinatorAddress(_ settings: Settings, _ directory: String?) throws -> String {
        if let address = coordinator ?? settings.string(.coordinator) { return try Self.checked(address) }
        guard let directory, let text = try? String(contentsOfFile: AddressFile.path(in: directory), encoding: .utf8)
        else { return Self.defaultCoordinator }
        let address = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return address.isEmpty ? Self.defaultCoordinator : address
    }

    private static func checked(_ address: String) throws -> String {
        guard let url = URL(string: address), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme),
            url.host?.isEmpty == false
        else {
            throw CommandError(
                "\"\(address)\" is not the address of a coordinator; it looks like \(defaultCoordinator)")
        }
        return address.hasSuffix("/") ? String(address.dropLast()) : address
    }

    private static func token(_ settings: Settings, _ directory: String?) throws -> APIToken {
        if let token = settings.string(.token) { return APIToken(text: token, source: "POSTRIDER_TOKEN") }
        guard let directory else {
            throw CommandError(
                "no token: name the coordinator's data directory with --data DIR (or POSTRIDER_DATA), or set POSTRIDER_TOKEN "
                    + "to what the file \"token\" in it says")
        }
        let file = DataDirectory.tokenFile(in: directory)
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            guard FileManager.default.fileExists(atPath: file) else {
                throw CommandError(
                    "no token: there is no file \(file); is \(directory) the data directory of a coordinator that has been "
                        + "started? Otherwise set POSTRIDER_TOKEN")
            }
            throw CommandError(
                "no token: \(file) cannot be read (\(error.localizedDescription)); run this as the user who runs the "
                    + "coordinator, or set POSTRIDER_TOKEN")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty else {
            throw CommandError("no token: \(file) is empty; remove it and restart the coordinator")
        }
        return APIToken(text: token, source: file)
    }
}

/// What proves to the coordinator that we may ask, and where we have it from.
struct APIToken: Sendable {
    var text: String
    var source: String
}

/// The file in which a coordinator says at which address it listens.
enum AddressFile {
    static func path(in directory: String) -> String {
        URL(fileURLWithPath: directory).appendingPathComponent("address").path
    }
}
