public import Contacts
internal import Delivery
internal import Foundation
internal import Logging
internal import Synchronization

/// An import that was begun since this coordinator started.
public enum ImportStatus: Sendable {
    case running(ImportProgress)
    case complete(ImportReport)
    case failed(any Error)
}

/// The imports since the coordinator started, by number.
final class ImportRegistry: Sendable {
    private let imports = Mutex<[Int: ImportStatus]>([:])

    func begin() -> Int {
        imports.withLock {
            let number = $0.count + 1
            $0[number] = .running(ImportProgress(step: .checking, rows: 0, total: nil))
            return number
        }
    }

    subscript(number: Int) -> ImportStatus? {
        get { imports.withLock { $0[number] } }
        set { imports.withLock { $0[number] = newValue } }
    }
}

extension Coordinator {
    /// Begins to import a CSV file and answers the import's number at once; ``importStatus(_:)`` tells how it goes.
    ///
    /// The file is checked as a whole before anything is written, and removed when the import has ended.
    public func beginImport(
        file path: String, originalName: String, list: String, skipMalformed: Bool
    ) -> Int {
        let number = imports.begin()
        // Unstructured: the import outlives the request that began it.
        Task { [book, imports, logger] in
            do {
                let report = try await book.importCSV(
                    path: path, list: list, fileName: originalName, skipMalformed: skipMalformed, at: .now
                ) { imports[number] = .running($0) }
                imports[number] = .complete(report)
            } catch {
                imports[number] = .failed(error)
                logger.info("an import failed", metadata: ["import": "\(number)"])
            }
            try? FileManager.default.removeItem(atPath: path)
        }
        return number
    }

    /// How an import stands; `nil` when there is none of this number since the coordinator started.
    public func importStatus(_ number: Int) -> ImportStatus? {
        imports[number]
    }
}
