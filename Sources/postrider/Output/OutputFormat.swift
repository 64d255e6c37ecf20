internal import ArgumentParser

/// How a command prints its data.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// Tables and sentences for people.
    case text
    /// One JSON object on one line, for programs.
    case json
}

/// The option `--format`, for every command that prints data.
struct FormatOptions: ParsableArguments {
    @Option(help: "How to print: text for people, json for programs.")
    var format: OutputFormat = .text

    /// Prints a value as JSON, or else what `text` makes of it.
    func print(_ value: some Encodable, text: () -> String) throws {
        switch format {
        case .json: StandardOutput.write(try JSONLine.encode(value))
        case .text: StandardOutput.write(text())
        }
    }
}
