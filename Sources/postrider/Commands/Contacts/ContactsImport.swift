internal import ArgumentParser
internal import Contacts
internal import Dashboard
internal import Foundation

/// `postrider contacts import`: a CSV file into a list.
struct ContactsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import a CSV file into a list.",
        discussion: """
            The file's first line names the columns: email is required, all others become merge fields. It is UTF-8, with commas \
            and quoted fields. Importing it again brings the fields up to date and doubles nobody. A file with malformed rows is \
            refused as a whole, and each such row named, unless --skip-malformed is given. Addresses that are not well-formed, and \
            repeated ones, are kept: they end as Invalid and Duplicated.

            Example:
              postrider contacts import people.csv --list people
            """)

    @Argument(help: "The CSV file.", completion: .file(extensions: ["csv"]))
    var file: String

    @Option(help: "The list; it is made if it does not exist.")
    var list: String

    @Flag(help: "Leave malformed rows out, and import the rest.")
    var skipMalformed = false

    @OptionGroup var format: FormatOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let progress = ProgressLine()
        let size = InputFile.size(file)
        let chunks = try FileChunks(path: file) { progress.show("uploading", $0, of: size, unit: .bytes) }
        do {
            let report = try await client.withClient { client in
                // A wrong token or a coordinator that is not there shows before a large file is on its way.
                _ = try await client.get(APIRoute.licences, as: LicenceSummary.self)
                let query = APIRoute.query([
                    ("file", URL(fileURLWithPath: file).lastPathComponent), ("skipMalformed", String(skipMalformed)),
                ])
                let begun = try await client.upload(APIRoute.imports(list: list) + query, chunks, as: APIImport.self)
                return try await follow(begun, client, progress)
            }
            progress.end()
            try format.print(report) { text(report) }
        } catch let refusal as APIErrorReport {
            progress.end()
            throw ImportRefusal(file: file, refusal)
        } catch {
            progress.end()
            throw error
        }
    }

    /// Asks how the import goes until it is complete.
    private func follow(_ begun: APIImport, _ client: APIClient, _ progress: ProgressLine) async throws -> ImportReport
    {
        var status = begun
        while true {
            if let report = status.report { return report }
            let step = status.state == .checking ? "checking" : "importing"
            progress.show(step, status.rows, of: status.totalRows, unit: .rows)
            try await Task.sleep(for: .milliseconds(100))
            status = try await client.get(APIRoute.importProgress(begun.id))
        }
    }

    private func text(_ report: ImportReport) -> String {
        let rows = report.rows == 1 ? "1 row" : "\(NumberText.grouped(report.rows)) rows"
        var lines = ["Imported \(file) into the list \(report.list): \(rows)"]
        var table = Table("rows#", "")
        table.add(NumberText.grouped(report.added), "added")
        table.add(NumberText.grouped(report.updated), "there already; brought up to date")
        table.add(
            NumberText.grouped(report.duplicates),
            "duplicates: the address stands earlier in the file (end as Duplicated)")
        table.add(NumberText.grouped(report.invalid), "invalid: the address is not well-formed (end as Invalid)")
        if report.malformed > 0 { table.add(NumberText.grouped(report.malformed), "malformed; left out") }
        lines += table.lines.dropFirst().map { "  " + $0 }
        lines += Self.sample(
            "invalid", of: report.invalid,
            report.invalidAddresses.map {
                (line: $0.line, text: "\($0.address.isEmpty ? "" : "\($0.address): ")\($0.problem)")
            })
        lines += Self.sample(
            "malformed", of: report.malformed, report.malformedRows.map { (line: $0.line, text: $0.problem) })
        return lines.joined(separator: "\n")
    }

    /// The rows that are named one by one, and how many more there are.
    private static func sample(_ kind: String, of count: Int, _ rows: [(line: Int, text: String)]) -> [String] {
        let lines = rows.map { "\(kind), line \($0.line): \($0.text)" }
        return count > rows.count ? lines + ["\(kind): \(NumberText.grouped(count - rows.count)) more"] : lines
    }
}

/// Why nothing of a file was imported, row by row.
private struct ImportRefusal: Error, CustomStringConvertible {
    let description: String

    init(file: String, _ report: APIErrorReport) {
        guard let rows = report.error.rows, !rows.isEmpty else {
            description = "\(file): \(report.error.message)"
            return
        }
        let count = report.error.rowCount ?? rows.count
        var lines = ["nothing was imported: \(file) has \(count) malformed row\(count == 1 ? "" : "s")"]
        lines += rows.map { "  line \($0.line): \($0.problem)" }
        if count > rows.count { lines.append("  and \(NumberText.grouped(count - rows.count)) more") }
        lines.append("Correct them, or import the rest with --skip-malformed.")
        description = lines.joined(separator: "\n")
    }
}
