internal import CampaignCoordinator
internal import Foundation
internal import MailMessage

/// The file with the token keys: the one that is named, or the coordinator's own.
enum TokenKeyFile {
    /// Reads the keys; `nil` where no file is named, and there is no data directory with one.
    ///
    /// - Throws: ``CommandError`` when a file cannot be used.
    static func keys(_ file: String?, data: String?, _ settings: Settings) throws -> TokenKeys? {
        do throws(KeyFileError) {
            if let file = file ?? settings.string(.tokenKeyFile) { return try TokenKeys(file: file) }
            // A coordinator of an older version has none.
            if let file = (data ?? settings.string(.data)).map(DataDirectory.tokenKeyFile),
                FileManager.default.fileExists(atPath: file)
            {
                return try TokenKeys(file: file)
            }
            return nil
        } catch {
            throw CommandError("the token key: \(error.message)")
        }
    }
}
