public import Delivery
import GRDB

extension ContactBook {
    /// How many rows one transaction applies: long enough to be cheap, short enough for bookkeeping to go on beside it.
    static let importChunk = 5_000

    /// Imports a CSV file into a list, which is made if it does not exist.
    ///
    /// The file is read twice: first everything is checked and nothing written, then it is applied in chunks. Importing
    /// the same file again brings the fields up to date and doubles nobody. An import that is broken off leaves the list
    /// marked (``ContactList/lastImport``); running it again completes it.
    /// - Parameters:
    ///   - skipMalformed: skip malformed rows and report them, instead of refusing the file.
    ///   - progress: called after every chunk.
    /// - Throws: ``ContactBookError`` with code `malformedFile`, `badHeader`, `badName`, `importRunning` or `storage`.
    @concurrent
    public func importCSV(
        path: String, list: String, fileName: String? = nil, skipMalformed: Bool = false, at now: UnixTime,
        progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportReport {
        let list = try Self.checkedName(list, kind: "list")
        var report = ImportReport(list: list)
        let total = try await check(path: path, skipMalformed: skipMalformed, report: &report, progress: progress)

        var file = try ImportFile(path: path)
        let columns = file.header.columns
        let skipped = report.malformed
        let run = try await write { db in
            try ImportRun.begin(
                db, list: list, columns: columns, file: fileName ?? path, malformed: skipped, at: now)
        }
        do {
            try await apply(&file, run: run, total: total, report: &report, progress: progress)
        } catch {
            interrupt(run, at: now)
            throw error
        }
        try await write { db in try run.end(db, state: .complete, at: now) }
        return report
    }

    /// Marks the list as incomplete.
    ///
    /// Not asynchronous: after a cancellation nothing else would be written.
    private func interrupt(_ run: ImportRun, at now: UnixTime) {
        // When even this fails, the next opening of the book marks it.
        try? pool.write { db in try run.end(db, state: .interrupted, at: now) }
    }

    /// The first pass: counts the rows and finds the malformed ones.
    private func check(
        path: String, skipMalformed: Bool, report: inout ImportReport,
        progress: @Sendable (ImportProgress) -> Void
    ) async throws -> Int {
        var file = try ImportFile(path: path)
        var rows = 0
        while let row = try file.next() {
            switch row {
            case .contact: rows += 1
            case .malformed(let row): report.note(row)
            }
            if rows % 50_000 == 0 {
                try Task.checkCancellation()
                await Task.yield()
                progress(ImportProgress(step: .checking, rows: rows, total: nil))
            }
        }
        guard report.malformed == 0 || skipMalformed else {
            let first = report.malformedRows.map(\.description).joined(separator: "; ")
            let more = report.malformed > report.malformedRows.count ? "; …" : ""
            throw ContactBookError(
                .malformedFile,
                "Nothing was imported: \(report.malformed) malformed row\(report.malformed == 1 ? "" : "s") "
                    + "(\(first)\(more)). "
                    + "Correct them, or skip them on purpose.",
                malformedRows: report.malformedRows, malformedCount: report.malformed)
        }
        return rows
    }

    /// The second pass: applies the rows in chunks, one transaction each.
    private func apply(
        _ file: inout ImportFile, run: ImportRun, total: Int, report: inout ImportReport,
        progress: @Sendable (ImportProgress) -> Void
    ) async throws {
        var scratch: [UInt8] = []
        var chunk: [ImportedContact] = []
        let repeats = ImportRun.Repeats()
        var isAtEnd = false
        while !isAtEnd {
            chunk.removeAll(keepingCapacity: true)
            while chunk.count < Self.importChunk {
                guard let row = try file.next() else {
                    isAtEnd = true
                    break
                }
                if case .contact = row { chunk.append(file.contact(scratch: &scratch)) }
            }
            let rows = chunk
            let counts = try await write { db in try run.apply(rows, repeats: repeats, to: db) }
            report.rows += rows.count
            report.added += counts.added
            report.updated += counts.updated
            report.duplicates += counts.duplicates
            for row in rows {
                guard let problem = row.form.problem else { continue }
                report.invalid += 1
                if report.invalidAddresses.count < ImportReport.listed {
                    report.invalidAddresses.append(.init(line: row.line, address: row.form.address, problem: problem))
                }
            }
            progress(ImportProgress(step: .applying, rows: report.rows, total: total))
        }
    }
}
