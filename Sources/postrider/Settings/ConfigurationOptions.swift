internal import ArgumentParser

/// The option `--config`, for every command that can be configured.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file (or POSTRIDER_CONFIG; postrider.yaml in the working directory).", valueName: "file")
    )
    var config: String?

    /// What the environment and the file say.
    func settings() throws -> Settings {
        try Settings.load(file: config)
    }
}
